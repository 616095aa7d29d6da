"""Where servers answer otherwise than the service promises: what each of them answers instead.

An entry is proven by the contract's tests: a deviation that is not listed fails them, and so does a listed one that is
no longer there. `500` is an error that the server did not mean to make.
"""

from __future__ import annotations

_MOTO_SHARD = "shardId-00000001541626099285-f35f62ef"

_SIMULATED: dict[str, object] = {}

_MOTO: dict[str, object] = {
    # Limits and starting points are ignored.
    "list_streams_pages_by_limit": (5, 5),
    "list_streams_refuses_more_than_a_hundred": "ok",
    "list_streams_refuses_to_start_after_what_is_no_stream_arn": "ok",
    "describe_refuses_more_than_a_hundred": "ok",
    "shards_after_the_last_one_are_none": [_MOTO_SHARD],
    "shards_may_be_asked_for_after_an_id_that_is_not_listed": [_MOTO_SHARD],
    "an_open_shard_has_no_children": 1,
    "get_records_refuses_more_than_a_thousand": "ok",
    # Only the table of an ARN counts, and what cannot be found breaks.
    "describe_refuses_what_is_no_stream_arn": "500",
    "describe_finds_no_stream_with_another_label": "ok",
    "a_missing_stream_is_named": "Requested resource not found",
    "an_iterator_needs_a_shard_that_exists": "500",
    "an_iterator_that_was_never_granted_is_refused": "500",
    # Iterators are granted for any place, and some break when they are used.
    "a_time_before_everything_reads_everything": "GetRecords: 500",
    "a_time_to_come_is_refused": "ok",
    "an_iterator_of_unknown_type_is_refused": "ok",
    "at_sequence_number_needs_a_number": "ok",
    "latest_takes_no_number": "ok",
    "a_number_before_the_shard_is_refused": "ok",
    "a_sequence_number_is_digits": "500",
    # Records have another form in places.
    "a_write_that_changes_nothing_leaves_no_record": 6,
    "a_record_tells_version_and_source": ("1.0", "aws:dynamodb"),
    "a_record_comes_from_the_region_of_its_arn": False,
    "creation_times_have_no_fractions": "fractions",
    "size_bytes_counts_names_and_values": False,
    "every_page_carries_its_checksum": "missing",
}

_DYNAMODB_LOCAL: dict[str, object] = {
    "list_streams_refuses_to_start_after_what_is_no_stream_arn": "ok",
    "shards_after_the_last_one_are_none": "ResourceNotFoundException",
    "shards_may_be_asked_for_after_an_id_that_is_not_listed": "ResourceNotFoundException",
    "describe_refuses_what_is_no_stream_arn": "ResourceNotFoundException",
    "an_open_shard_has_no_children": 1,
    "a_time_before_everything_reads_everything": "GetShardIterator: ValidationException",
    "a_sequence_number_is_digits": "InternalFailure",
    "an_event_id_is_32_hex_digits": (36, False),
    "creation_times_have_no_fractions": "whole minutes",
    "every_answer_carries_the_servers_time": False,
}

DEVIATIONS = {"simulated": _SIMULATED, "moto": _MOTO, "dynamodb_local": _DYNAMODB_LOCAL}
