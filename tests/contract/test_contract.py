"""One contract for every server: each check is answered as promised, or exactly as its deviation says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract import targets
from tests.contract.checks import CHECKS
from tests.contract.deviations import DEVIATIONS
from tests.contract.targets import Target


@pytest.fixture(scope="module")
def simulated() -> Iterator[Target]:
    with targets.simulated() as target:
        yield target


@pytest.fixture(scope="module")
def moto() -> Iterator[Target]:
    with targets.moto() as target:
        yield target


@pytest.fixture(scope="module")
def dynamodb_local() -> Iterator[Target]:
    with targets.dynamodb_local() as target:
        yield target


every_check = pytest.mark.parametrize("name", CHECKS)


def _answers_as_expected(server: str, target: Target, name: str) -> None:
    assert CHECKS[name].observe(target) == DEVIATIONS[server].get(name, CHECKS[name].promised)


@every_check
def test_the_simulated_stream_keeps_the_contract(simulated: Target, name: str) -> None:
    _answers_as_expected("simulated", simulated, name)


@every_check
def test_moto_keeps_the_contract_but_for_its_deviations(moto: Target, name: str) -> None:
    _answers_as_expected("moto", moto, name)


@pytest.mark.long
@every_check
def test_dynamodb_local_keeps_the_contract_but_for_its_deviations(dynamodb_local: Target, name: str) -> None:
    _answers_as_expected("dynamodb_local", dynamodb_local, name)


def test_a_deviation_names_a_check_and_differs_from_what_is_promised() -> None:
    for deviations in DEVIATIONS.values():
        for name, observed in deviations.items():
            assert observed != CHECKS[name].promised


def test_the_simulated_stream_has_no_deviations() -> None:
    assert DEVIATIONS["simulated"] == {}
