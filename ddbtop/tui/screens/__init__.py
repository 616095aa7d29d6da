"""The screens and the layers over them."""
