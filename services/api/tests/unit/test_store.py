"""The store in memory keeps the promises that the real one keeps."""

import pytest
from store_contract import TEA, StoreContract

from api.store import MemoryOrderStore, StoreUnavailableError


class TestMemoryOrderStore(StoreContract):
    """What it adds is what tests look at."""

    def test_an_order_is_put_in_line(self, store: MemoryOrderStore) -> None:
        order = store.create(TEA)
        assert store.deferred == [order.id]

    def test_it_can_be_told_to_be_down(self, store: MemoryOrderStore) -> None:
        store.down = True
        with pytest.raises(StoreUnavailableError, match="told to be down"):
            store.check()
