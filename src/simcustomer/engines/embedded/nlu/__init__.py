"""Reading what a trainee or customer wrote: normalised text, sentences, and cues from a lexicon with their quotes."""

from simcustomer.engines.embedded.nlu.lexicon import Lexicon, load_lexicon
from simcustomer.engines.embedded.nlu.reading import Cue, Reading
from simcustomer.engines.embedded.nlu.said import said
from simcustomer.engines.embedded.nlu.text import Text, content_stems, stem

__all__ = ["Cue", "Lexicon", "Reading", "Text", "content_stems", "load_lexicon", "said", "stem"]
