"""Hairyo's operators for users of Presidio's anonymizer; the only module here that knows Presidio.

    engine = AnonymizerEngine()
    for operator in PRESIDIO_OPERATORS:
        engine.add_anonymizer(operator)
    scope = Scope()
    engine.anonymize(text, found, {"PERSON": OperatorConfig("hairyo_placeholder", {"scope": scope})})

The parameters are the operator's options (`text`, `prefix`, `per`) and `scope`, which placeholders and
pseudonyms need, so that the same person keeps the same stand-in from call to call.
"""

from __future__ import annotations

from typing import Any, ClassVar

from presidio_anonymizer.entities import InvalidParamError
from presidio_anonymizer.operators import Operator as PresidioOperator
from presidio_anonymizer.operators import OperatorType
from pydantic import ValidationError

from hairyo.detection.finding import Finding
from hairyo.errors import UsageError
from hairyo.redaction.operators import Generalise, Mask, Operator, Placeholder, Pseudonym
from hairyo.redaction.scope import Scope
from hairyo.taxonomy import types

_OURS = frozenset({"entity_type", "scope"})


class _Wrapped(PresidioOperator):
    """One of our operators in Presidio's shape."""

    kind: ClassVar[type[Operator]]
    needs_scope: ClassVar[bool] = False

    def operate(self, text: str, params: dict[str, Any] | None = None) -> str:
        """Return what stands in the place of `text`.

        Args:
            text: the value found.
            params: `entity_type`, our operator's options, and `scope` where it needs one.

        Raises:
            InvalidParamError: the parameters do not fit.
        """
        given = params or {}
        operator = self._operator(given)
        type_ = given.get("entity_type", "")
        item = types()[type_].item if type_ in types() else None
        finding = Finding(0, max(1, len(text)), type_, item=item)
        try:
            return next(operator.choices(text, finding, given.get("scope") or Scope()))
        except UsageError as error:
            raise InvalidParamError(str(error)) from error

    def validate(self, params: dict[str, Any] | None = None) -> None:
        """Check the parameters.

        Raises:
            InvalidParamError: an option is wrong, the scope is missing, or the type does not fit.
        """
        given = params or {}
        if self.needs_scope and not isinstance(given.get("scope"), Scope):
            raise InvalidParamError(f"{self.operator_name()} needs the parameter `scope`: a hairyo Scope")
        self._operator(given)

    def operator_name(self) -> str:
        """Return the name to put into an `OperatorConfig`."""
        return f"hairyo_{self.kind.name}"

    def operator_type(self) -> OperatorType:
        """Return that this anonymizes."""
        return OperatorType.Anonymize

    def _operator(self, given: dict[str, Any]) -> Operator:
        type_ = given.get("entity_type", "")
        options = {key: value for key, value in given.items() if key not in _OURS}
        known = types().get(type_)
        if known is not None and known.item is not None and (self.kind is not Mask or options):
            raise InvalidParamError(f"{type_} falls under Article 6; use hairyo_mask without options")
        if known is not None and known.item is None:
            options.setdefault("text", f"[{known.ja}]")
        if not self.kind.fits(type_):
            raise InvalidParamError(f"{self.operator_name()} is not allowed for {type_}; use hairyo_mask")
        try:
            return self.kind.model_validate(options)
        except ValidationError as error:
            wrong = sorted({str(part) for one in error.errors(include_input=False) for part in one["loc"]})
            raise InvalidParamError(f"{self.operator_name()}: wrong options: {', '.join(wrong)}") from error


class HairyoMask(_Wrapped):
    """`hairyo_mask`: a fixed text."""

    kind = Mask


class HairyoPlaceholder(_Wrapped):
    """`hairyo_placeholder`: 人物A, 人物B ..."""

    kind = Placeholder
    needs_scope = True


class HairyoGeneralise(_Wrapped):
    """`hairyo_generalise`: a broader value."""

    kind = Generalise


class HairyoPseudonym(_Wrapped):
    """`hairyo_pseudonym`: a keyed token; the scope must have a key."""

    kind = Pseudonym
    needs_scope = True


PRESIDIO_OPERATORS: tuple[type[PresidioOperator], ...] = (
    HairyoMask,
    HairyoPlaceholder,
    HairyoGeneralise,
    HairyoPseudonym,
)
