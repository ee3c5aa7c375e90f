"""Answers as language models and taggers write them, each with what a person reads in it.

None stands for an answer that a person can't read as yes, no, or one number either.
"""

YES_NO = [
    ("Yes", True),
    ("no", False),
    ("Yes.", True),
    ("**Yes**", True),
    ("No, her eyes are closed.", False),
    ("Yes, there is no damage to the outfit.", True),
    ("Yes. There is no cape, and her hair is still red.", True),
    ("No problem, yes.", True),
    ("<think>No hat is visible at first. But wait, yes, there is one.</think>\n\nYes", True),
    ("<think>Let me look. The eyes are", None),
    ('{"answer": "yes"}', True),
    ('```json\n{"answer": false, "reason": "yes, she has a hat, but no cape"}\n```', False),
    ("The answer is yes.", True),
    ("Based on the image, the answer is: **No**", False),
    ("It is not a yes.", None),
    ("Yes and no.", None),
    ("Maybe. The picture is too dark.", None),
    ("I'm sorry, but I can't tell from this image.", None),
    ("", None),
    ("はい。", True),
    ("いいえ、違います。", False),
    ("是的，她戴着帽子。", True),
    ("不是", False),
    ("Nein, sie trägt keinen Hut.", False),
    ("Oui, c'est elle.", True),
    ("TRUE", True),
    ("Please answer with yes/no.", None),
]

# The largest number of the scale is 10.
NUMBERS = [
    ("8", 8.0),
    ("8/10", 8.0),
    ("I would give it 7.5 out of 10.", 7.5),
    ("Score: 8,5", 8.5),
    ("The image shows 2 girls in front of 3 trees.\n\n**Score: 6/10**", 6.0),
    ("Between 7 and 8.", None),
    ("7-8", None),
    ("85%", None),
    ("10点満点中8点です。", 8.0),
    ('{"score": 9, "reason": "2 small artifacts"}', 9.0),
    ("It looks great!", None),
]
