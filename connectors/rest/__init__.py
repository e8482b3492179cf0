"""Rasa's REST channel, compatible: `POST /webhooks/rest/webhook` answers with the replies to the message."""
