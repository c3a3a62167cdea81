"""The web app: pages in Gradio, views without it, and the server that carries them."""
