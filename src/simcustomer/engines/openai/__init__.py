"""The engines that let a language model play a role, on any OpenAI-compatible server."""
