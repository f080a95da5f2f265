"""Counts and times since the start, as Prometheus reads them. The one adapter of prometheus_client."""

from __future__ import annotations

from collections import Counter as Counts

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from assistant.answer import Answer
from serving.talking.client import ChatClient
from serving.talking.observation import Observation

# Seconds: from a GPU's first token to a laptop's whole answer.
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 60, 120, 300)
_RATES = (1, 2, 5, 10, 15, 20, 30, 50, 75, 100, 150, 250)
_STATUSES = ("answered", "partial", "refused", "error", "failed", "stopped")
_PARTS = ("prompt", "cached_prompt", "completion")
_VERDICTS = ("supported", "computed", "unsupported", "no_claim")


class Metrics:
    """One registry of its own: several in a process do not mix."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry(auto_describe=True)
        count, spread = self._counter, self._histogram
        self._answers = count("assistant_answers", "Answers by status.", "status", _STATUSES)
        self._sentences = count("assistant_sentences", "Checked sentences by verdict.", "verdict", _VERDICTS)
        self._total = spread("assistant_answer_seconds", "From a question to its checked answer.")
        self._first = spread("assistant_first_word_seconds", "From a question to the first words of its draft.")
        self._requests = count("assistant_model_requests", "Requests to the model.", "purpose", ("answer", "choice"))
        self._errors = count("assistant_model_errors", "Failed requests to the model.", "kind", ("broken", "silent"))
        self._retries = Counter("assistant_model_retries", "Requests sent again.", registry=self._registry)
        self._tokens = count("assistant_model_tokens", "Tokens as counted there.", "part", _PARTS)
        self._queue = spread("assistant_model_queue_seconds", "The wait for a place at the model.")
        self._first_token = spread("assistant_model_first_token_seconds", "From there to the first token.")
        self._request = spread("assistant_model_request_seconds", "From there to the end.")
        self._rate = spread("assistant_model_tokens_per_second", "After the first token.", _RATES)

    def watch(self, client: ChatClient) -> None:
        """Tell of this client's queue, and whether its server answers."""
        gauges = {
            "assistant_model_waiting": ("Requests that wait for a place.", lambda: client.gate.waiting),
            "assistant_model_at_work": ("Requests that the model works on.", lambda: client.gate.inside),
            "assistant_model_up": (
                "1 while the model answers, else 0.",
                lambda: not client.circuit.is_open,
            ),
        }
        for name, (about, value) in gauges.items():
            Gauge(name, about, registry=self._registry).set_function(value)
        client.observers.append(self.observe)

    def observe(self, seen: Observation) -> None:
        """Count a request to the model."""
        self._requests.labels(seen.purpose).inc()
        self._retries.inc(seen.retries)
        self._queue.observe(seen.queue_s)
        if seen.error:
            self._errors.labels(seen.error).inc()
        if not seen.first_token_s:
            return
        self._first_token.observe(seen.first_token_s)
        self._request.observe(seen.total_s)
        self._tokens.labels("prompt").inc(seen.usage.prompt_tokens)
        self._tokens.labels("cached_prompt").inc(seen.usage.cached_tokens)
        self._tokens.labels("completion").inc(seen.usage.completion_tokens)
        writing = seen.total_s - seen.first_token_s
        if seen.usage.completion_tokens > 1 and writing > 0:
            self._rate.observe((seen.usage.completion_tokens - 1) / writing)

    def answered(self, answer: Answer) -> None:
        """Count an answer."""
        self._answers.labels(answer.status).inc()
        self._total.observe(answer.timing_ms.total / 1000)
        if answer.timing_ms.first_token:
            self._first.observe(answer.timing_ms.first_token / 1000)
        for verdict, count in Counts(sentence.verdict for sentence in answer.sentences).items():
            self._sentences.labels(verdict).inc(count)

    def ended(self, status: str) -> None:
        """Count a question that got no answer: "failed", or "stopped" by its asker."""
        self._answers.labels(status).inc()

    def text(self) -> str:
        """All of it, in Prometheus' text format."""
        return generate_latest(self._registry).decode("utf-8")

    def _counter(self, name: str, about: str, label: str, known: tuple[str, ...]) -> Counter:
        counter = Counter(name, about, [label], registry=self._registry)
        for value in known:  # there from the start, so that the first one is a step and no new series
            counter.labels(value)
        return counter

    def _histogram(self, name: str, about: str, buckets: tuple[float, ...] = _SECONDS) -> Histogram:
        return Histogram(name, about, buckets=buckets, registry=self._registry)
