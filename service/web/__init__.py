"""The pages: server-rendered, each a use case's answer in a template."""
