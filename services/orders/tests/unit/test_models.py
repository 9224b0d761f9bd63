"""The table, as the database is told about it."""

from sqlalchemy import Enum, Numeric, Table

from orders.models import Base

TABLE: Table = Base.metadata.tables["orders"]


def test_every_constraint_has_a_name_that_a_migration_can_use() -> None:
    assert {str(constraint.name) for constraint in TABLE.constraints} == {
        "pk_orders",
        "ck_orders_quantity_positive",
        "ck_orders_status_known",
        "ck_orders_priced_has_price",
        "ck_orders_failed_has_reason",
    }


def test_money_is_exact() -> None:
    assert isinstance(TABLE.c.price.type, Numeric)
    assert TABLE.c.price.type.asdecimal
    assert TABLE.c.price.type.scale == 2


def test_states_are_stored_by_value() -> None:
    column = TABLE.c.status.type
    assert isinstance(column, Enum)
    assert column.enums == ["pending", "priced", "failed"]
