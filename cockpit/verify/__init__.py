"""What live traffic says of each point of a venue's wire that documents left open.

One judge a `Proof`: fed with what came in and what was made of it, it ends as confirmed,
contradicted or not seen. Pure: the traffic is a tape, live or recorded.
"""
