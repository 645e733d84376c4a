"""A refusal is a value with a way out."""

import pickle

import pytest

from qcy.kernel.refusals import Decision, Refusal, Refused

SAME_PERSON = Refusal("same_person", "受理和审定不能是同一人。", "请转给另一位审定人。")


def test_a_refusal_reads_as_one_sentence_with_a_way_out():
    assert str(SAME_PERSON) == "受理和审定不能是同一人。请转给另一位审定人。"
    assert str(Refusal("closed", "此件已办结。")) == "此件已办结。"


def test_a_refused_service_carries_the_refusal_unchanged():
    with pytest.raises(Refused) as caught:
        raise Refused(SAME_PERSON)
    assert caught.value.refusal is SAME_PERSON
    assert str(caught.value) == str(SAME_PERSON)
    assert pickle.loads(pickle.dumps(caught.value)).refusal == SAME_PERSON


def test_a_refusal_never_reads_as_permission():
    assert Decision.yes() == Decision(allowed=True, reason=None)
    assert Decision.no(SAME_PERSON).reason == SAME_PERSON
    assert Decision.yes()
    assert not Decision.no(SAME_PERSON)
