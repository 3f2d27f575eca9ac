"""Objects of classes: made without code of theirs, found by name, refused when their class is another."""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cascade.durable import CODECS, Codecs, decode, encode
from cascade.errors import NotStorable, Problem, StoreError, UsageError
from support import storable
from support.isomorphic import difference
from support.storable import Careful, Node, OrderError, Pair, Plain, Point, Record, Slotted


def code_of(data: bytes, codecs: Codecs = CODECS) -> str:
    with pytest.raises(StoreError) as caught:
        decode(data, codecs=codecs)
    return caught.value.code


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes module `shop_of_today` anew, and imports it."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(text: str) -> Any:
        sys.modules.pop("shop_of_today", None)
        (tmp_path / "shop_of_today.py").write_text(text, encoding="utf-8")
        importlib.invalidate_caches()
        sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
        try:
            return importlib.import_module("shop_of_today")
        finally:
            sys.dont_write_bytecode = before

    yield write
    sys.modules.pop("shop_of_today", None)


def test_no_constructor_runs_when_an_object_is_made_again() -> None:
    """Neither ``__init__`` nor ``__post_init__``: what they did is in the attributes."""
    value = [Node(1, Careful(inner=Slotted(2))), OrderError("o", reason="r")]
    _ = value[0].twice  # type: ignore[union-attr]
    storable.MADE.clear()
    back = decode(encode(value))
    assert storable.MADE == []
    assert difference(value, back) is None
    assert vars(back[0]) == vars(value[0])
    assert type(back[0].next) is Careful
    assert (back[1].order, back[1].reason, str(back[1])) == ("o", "r", "o: r")


def test_objects_can_be_in_cycles() -> None:
    """Dataclasses, frozen ones and ones with slots, Structs, exceptions."""
    for value in (Node(), Slotted(), Record(None), OrderError("o", reason="r")):
        name = "order" if isinstance(value, OrderError) else "name" if isinstance(value, Record) else "value"
        setattr(value, name, (value, Point(value), Pair(value)))
        back = decode(encode(value))
        assert difference(value, back) is None


def test_an_attribute_that_is_not_there_stays_so() -> None:
    """A field that nobody has set, and attributes besides the fields."""
    value = object.__new__(Point)
    object.__setattr__(value, "x", 1)
    back = decode(encode(value))
    assert back.x == 1
    assert not hasattr(back, "y")
    node = Node(1)
    node.extra = [node]  # type: ignore[attr-defined]
    assert decode(encode(node)).extra[0].value == 1


def test_an_exception_keeps_what_it_says() -> None:
    """Cause, context, notes, attributes, what built-in ones hold outside of their dict, groups; not the traceback."""
    try:
        try:
            open("/nonexistent/file")  # noqa: SIM115
        except OSError as error:
            error.add_note("try again")
            raise ExceptionGroup("several", [KeyError("k"), StopIteration(5), OrderError(1, reason="r")]) from error
    except ExceptionGroup as error:
        error.exceptions[0].__context__ = error
        caught = error
        back = decode(encode(error))
    assert difference(caught, back) is None
    assert (back.__cause__.errno, back.__cause__.filename) == (2, "/nonexistent/file")
    assert str(back.__cause__) == "[Errno 2] No such file or directory: '/nonexistent/file'"
    assert back.__cause__.__notes__ == ["try again"]
    assert back.exceptions[1].value == 5
    assert back.exceptions[0].__context__ is back
    assert back.__traceback__ is None
    decoded = decode(encode(UnicodeDecodeError("utf-8", b"a\xff", 1, 2, "bad")))
    assert str(decoded) == str(UnicodeDecodeError("utf-8", b"a\xff", 1, 2, "bad"))
    assert decode(encode(SystemExit(3))).code == 3


def test_a_class_that_no_other_process_finds_is_refused() -> None:
    """Before anything is written: made in a function, replaced by another."""

    @dataclass
    class Local:
        x: int

    with pytest.raises(NotStorable, match=r"`value\[0\]` is a test_a_class.*Local.*inside of a function"):
        encode([Local(1)])


def test_a_class_that_has_changed_is_told_by_name(shop: Any) -> None:
    """Fields that are new or gone, another shape, a member that is gone, a class that is gone, a module that is gone."""
    before = "from dataclasses import dataclass\nfrom enum import Enum\n"
    order = "@dataclass\nclass Order:\n    id: int\n    total: float\n"
    state = "class State(Enum):\n    NEW = 1\n    SENT = 2\n"
    module = shop(before + order + state)
    data, member = encode(module.Order(1, 2.0)), encode(module.State.SENT)
    shop(before + order.replace("total: float", "price: float") + state.replace("SENT", "SHIPPED"))
    with pytest.raises(StoreError, match=r"CS505.*`price` is new and `total` is gone"):
        decode(data)
    with pytest.raises(StoreError, match=r"CS505.*`State` has no member `SENT` any more; it has `NEW`, `SHIPPED`"):
        decode(member)
    module = shop(before + order.replace("id: int\n    total: float", "total: float\n    id: int"))
    assert decode(data) == module.Order(total=2.0, id=1)
    shop("class Order(Exception): pass\n")
    assert code_of(data) == "CS505"
    shop("Order = print\n")
    assert code_of(data) == "CS504"
    shop("Order = None\n")
    assert code_of(data) == "CS504"
    shop("")
    with pytest.raises(StoreError, match=r"CS504.*module `shop_of_today` has no `Order`"):
        decode(data)


@pytest.mark.parametrize(
    "name",
    [
        "os:system",
        "builtins:eval",
        "builtins:object",
        "subprocess:Popen",
        "this:d",
        "idlelib.idle:x",
        "pip.__main__:x",
        "a b:c",
    ],
)
def test_only_classes_of_a_shape_are_found(name: str) -> None:
    """Bytes that name anything else are refused, and modules that act when they are imported are not imported."""
    module = name.partition(":")[0]
    data = encode(Point(1)).replace(b"support.storable:Point", name.encode().ljust(22, b"_"))
    assert code_of(data) in ("CS502", "CS504", "CS505")
    data = encode([ValueError]).replace(b"\xb3builtins:ValueError", bytes((0xA0 + len(name),)) + name.encode())
    assert code_of(data) in ("CS502", "CS504")
    assert module not in {"this", "idlelib.idle", "pip.__main__"} & sys.modules.keys()


class Money:
    """For a codec of its own."""

    def __init__(self, cents: Any) -> None:
        self.cents = cents


def test_other_types_are_registered() -> None:
    """By state, or filled, so that they can be in cycles."""
    codecs = Codecs(parent=CODECS)
    codecs.add(Money, "money", lambda money: {"cents": money.cents}, lambda state: Money(state["cents"]))
    codecs.add(Plain, "plain", vars, fill=lambda plain, state: vars(plain).update(state))
    plain = Plain()
    plain.money = [Money(5), plain]  # type: ignore[attr-defined]
    back = decode(encode([plain, plain], codecs=codecs), codecs=codecs)
    assert back[0] is back[1] is back[0].money[1]
    assert back[0].money[0].cents == 5
    assert code_of(encode(Money(1), codecs=codecs)) == "CS506"


def test_a_cycle_that_could_not_be_made_again_is_refused_when_it_is_stored() -> None:
    """Not on the day that the run is resumed."""
    codecs = Codecs(parent=CODECS)
    codecs.add(Money, "money", lambda money: money.cents, Money)
    money = Money([1])
    money.cents.append({"self": money})
    with pytest.raises(NotStorable, match=r"`value\[0\]` is a Money.*contains itself.*`fill`"):
        encode([money, money], codecs=codecs)
    chain: Any = []
    for _ in range(1000):
        chain = [Money(chain)]
    assert type(decode(encode(chain, codecs=codecs), codecs=codecs)[0]) is Money


def test_a_codec_that_fails_is_told() -> None:
    """When it is asked for the state, and when it makes the object."""
    codecs = Codecs(parent=CODECS)
    codecs.add(Money, "money", lambda money: money.cents, lambda state: 1 // 0)
    codecs.add(Plain, "plain", lambda plain: plain.nothing, lambda state: Plain())
    assert code_of(encode(Money(1), codecs=codecs), codecs) == "CS507"
    with pytest.raises(NotStorable, match="its codec failed with AttributeError"):
        encode(Plain(), codecs=codecs)


def test_registering_is_checked() -> None:
    """One name for one type, and none for what Cascade stores itself."""
    codecs = Codecs(parent=CODECS)
    codecs.add(Money, "money", vars, Money)
    for kind, name, ways in ((Plain, "money", (vars, Plain)), (Money, "other", (vars, Money)), (Plain, "p", (vars, None))):
        with pytest.raises(UsageError) as caught:
            codecs.add(kind, name, *ways)
        assert caught.value.code == "CS508"
    with pytest.raises(UsageError):
        CODECS.add(list, "list", list, list)


def test_pydantic_models_come_back() -> None:
    """With what was set, private attributes and extra ones; nothing is validated again."""
    pydantic = pytest.importorskip("pydantic")

    class Customer(pydantic.BaseModel):  # type: ignore[misc, name-defined]
        model_config = pydantic.ConfigDict(extra="allow")
        name: str
        age: int = 3
        _hidden: Any = pydantic.PrivateAttr(default=1)

    Customer.__qualname__ = "Customer"
    sys.modules[__name__].Customer = Customer  # type: ignore[attr-defined]
    value = Customer(name="a", other=[1])
    value._hidden = value
    back = decode(encode(value))
    assert back.model_dump() == value.model_dump()
    assert back.model_fields_set == {"name", "other"}
    assert back._hidden is back


@pytest.mark.parametrize(
    "error",
    [
        SyntaxError("bad", ("f.py", 3, 5, "a b", 3, 6)),
        ImportError("no", name="nope", path="/p"),
        NameError("nope", name="nope"),
        OSError(2, "no", "a", None, "b"),
        BlockingIOError(1, "no", 7),
        UnicodeEncodeError("utf-8", "\ud800", 0, 1, "bad"),
        KeyboardInterrupt(),
        UsageError(Problem("CS400", "a sentence")),
    ],
    ids=lambda error: type(error).__name__,
)
def test_built_in_exceptions_say_the_same(error: BaseException) -> None:
    """Whatever they hold outside of their dict."""
    back = decode(encode(error))
    assert type(back) is type(error)
    for name in dir(error):
        if not name.startswith("_") and not callable(getattr(error, name, None)):
            assert getattr(back, name, None) == getattr(error, name, None)
    assert (str(back), repr(back)) == (str(error), repr(error))
