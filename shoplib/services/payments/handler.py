"""Payments, for other services; gift cards and the comparison of the books, for the back office (direct invoke)."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from shoplib.core import checks, clock, commands, config, payments, telemetry
from shoplib.services.payments import gift_cards, processing
from shoplib.services.payments.config import HoldConfig

MAX_PAYMENTS = 100


def process_payment(command: dict[str, Any], _context: Any) -> dict[str, Any]:
    """{"operation", "payment_id", ...} -> {"status", "reason"} or {"error": {...}}; the words are `core.payments`."""
    return commands.answer(lambda body: processing.process(payments.parse(body)).to_message(), command)


handler = telemetry.instrument(process_payment)


def issue_card(command: dict[str, Any], _context: Any) -> dict[str, Any]:
    """{"amount_minor", "currency"} -> {"code", "amount_minor", "currency"}; the code is shown this once."""
    return commands.answer(lambda body: asdict(gift_cards.issue(body)), command)


issue_gift_card = telemetry.instrument(issue_card)


def reconcile_payments(command: dict[str, Any], _context: Any) -> dict[str, Any]:
    """{"payment_ids": [...]} -> {"payments": [{payment_id, status, ledger, provider, outstanding, balanced}]}."""

    def reconcile(body: dict[str, Any]) -> dict[str, Any]:
        payment_ids = [
            checks.identifier({"payment_id": each}, "payment_id", maximum=64)
            for each in checks.objects(body, "payment_ids", maximum=MAX_PAYMENTS)
        ]
        return {"payments": [processing.reconcile(payment_id) for payment_id in payment_ids]}

    return commands.answer(reconcile, command)


reconcile = telemetry.instrument(reconcile_payments)


def void_old_holds(_event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """-> {"voided": n}. Each day: what was authorised and never captured lapses."""
    before = clock.now() - timedelta(days=config.load(HoldConfig).hold_days)
    return {"voided": processing.lapse(clock.timestamp(before))}


lapse_holds = telemetry.instrument(void_old_holds)
