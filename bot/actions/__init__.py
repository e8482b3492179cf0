"""The custom actions: read slots, ask the case API, choose what to say. No sentence of any language here."""
