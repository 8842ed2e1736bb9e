"""Answers for agents: the same questions and the same scope as the pages, over the Model Context Protocol."""
