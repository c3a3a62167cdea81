"""Makes the model-backed engines of the settings, with one account of all their calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from simcustomer.engines.openai.batch_folder import BatchFolder
from simcustomer.engines.openai.batch_model import BatchModel
from simcustomer.engines.openai.calls import Model
from simcustomer.engines.openai.client import ModelClient
from simcustomer.engines.openai.coach import OpenAICoach
from simcustomer.engines.openai.customer import OpenAICustomer
from simcustomer.engines.openai.endpoint import NO_KEY, endpoint
from simcustomer.engines.openai.grader import OpenAIGrader
from simcustomer.engines.openai.recordings import Recorder, Replay
from simcustomer.engines.openai.trainee import OpenAITrainee
from simcustomer.engines.openai.usage import CallRecord, Ledger
from simcustomer.settings import ModelRole, Settings


@dataclass(frozen=True)
class ModelEngines:
    """The engines of these settings; `record` keeps their calls in a folder, `replay` plays them from one; `heard` is told of each."""

    settings: Settings
    record: Path | None = None
    replay: Path | None = None
    heard: Callable[[CallRecord], None] | None = None
    _models: dict[ModelRole, Model] = field(default_factory=dict[ModelRole, Model])

    @cached_property
    def ledger(self) -> Ledger:
        """The account of all calls."""
        return Ledger(prices=self.settings.prices, path=self.settings.usage_log, heard=self.heard)

    def customer(self) -> OpenAICustomer:
        """The customer. Raises SettingsError where its model is not set."""
        key = "" if self.replay else endpoint(self.settings, "customer").api_key.get_secret_value()
        return OpenAICustomer(self._model("customer"), self.ledger, key="" if key == NO_KEY.get_secret_value() else key)

    def grader(self) -> OpenAIGrader:
        """The grader. Raises SettingsError where its model is not set."""
        return OpenAIGrader(
            self._model("grader"), self.ledger, samples=self.settings.samples, batching=self.settings.batching
        )

    def batch_grader(self, folder: Path) -> tuple[OpenAIGrader, BatchModel]:
        """The grader over batches that are kept in a folder, and its model. Raises SettingsError, InvalidInput."""
        model = BatchModel(endpoint(self.settings, "grader"), BatchFolder(folder), self.ledger)
        grader = OpenAIGrader(model, self.ledger, samples=self.settings.samples, batching=self.settings.batching)
        return grader, model

    def coach(self) -> OpenAICoach:
        """The coach. Raises SettingsError where its model is not set."""
        return OpenAICoach(self._model("coach"), self.ledger)

    def trainee(self, level: str) -> OpenAITrainee:
        """The trainee of a level. Raises SettingsError, or NotFound for the level."""
        return OpenAITrainee(self._model("trainee"), level)

    def _model(self, role: ModelRole) -> Model:
        if role not in self._models:
            self._models[role] = self._opened(role)
        return self._models[role]

    def _opened(self, role: ModelRole) -> Model:
        if self.replay is not None:
            played = Replay(self.replay, role, self.ledger, self.settings.choice(role).model)
            _ = played.name
            return played
        client = ModelClient(endpoint(self.settings, role), self.ledger)
        return client if self.record is None else Recorder(client, self.record)
