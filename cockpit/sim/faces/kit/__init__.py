"""What every face does the same way: routes, envelopes, refusals, channels, cadence, parameters.

| module | what it does once |
| --- | --- |
| connection | one client: dispatch of its messages and of the world's steps, silence, pings |
| channels | what a subscription says: cadence, books and fields of which only news is sent |
| routes | HTTP by method and path (with path parameters), envelopes, refusals, request budget |
| parameters | named values of a request: read, or refused in the venue's words |
| rpc | JSON-RPC 2.0 requests and answers |
| pages | pages by cursor |
| figures | numbers and times as text |
| budgets | requests per window, and the chain's height at a moment |

A face holds these parts and writes its own words. Nothing in here knows a venue.
"""
