"""What is wrong with a language model's call."""

from __future__ import annotations


class MisfitError(Exception):
    """Why a call is turned back, in a sentence that the model can act on.

    It is sent to the provider: it holds names of the catalogue and words of the question, and never a stored value.
    """
