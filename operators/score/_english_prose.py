"""Plain English prose of our own, from which the built-in character model learns what English looks like."""

PROSE = """\
The river rises in the hills above the town and takes three days to reach the sea. In spring the water is high and
brown, and the farmers on the low fields watch it with some worry. By the end of summer a child can walk across it
without getting wet above the knee. Most people who live here know its habits better than those of their neighbours.

A computer program is a list of instructions that a machine follows one after another. When the instructions are wrong,
the machine does not know it and simply does the wrong thing very quickly. For this reason people who write software
spend more time looking for mistakes than making new parts. They test what they have built, read it again, and ask
somebody else to look at it as well. Good tools can find many errors, but none of them can tell what was really meant.

During the nineteenth century the number of people living in cities grew faster than ever before. Railways brought
workers from the villages, and the factories needed all of them. Houses were built in a hurry, often without clean
water, and disease was common. It took several decades until governments understood that health was a public matter.
New laws, better streets and a system of pipes under the ground changed daily life more than any war had done.

"Where did you put the keys?" she asked, looking under the newspaper. "They were on the table this morning, I am quite
sure of that." He shook his head and laughed. "You said the same thing yesterday, and then we found them in your coat."
They searched the kitchen together, opened every drawer twice, and finally gave up. The keys were hanging in the door.

Plants make their own food from light, water and the carbon dioxide in the air. This process happens in the green parts
of the leaf and releases the oxygen that animals breathe. At night, when there is no light, the plant uses some of the
sugar it has stored. The amount of growth depends on temperature, the quality of the soil and how much rain has fallen.
Scientists measure these things carefully because small changes in one of them may have a large effect on the harvest.

To make a simple soup, cut two onions into small pieces and cook them slowly in a little butter. Add four large carrots,
a potato and enough water to cover everything. After about twenty minutes the vegetables should be soft. Season with
salt and pepper, then serve it hot with fresh bread. If you prefer a smooth soup, press it through a fine sieve first.

The committee published its report in October. It says that the project cost almost twice as much as planned, and that
the reasons were known from the beginning. According to the authors, the company responsible for the work did not have
enough experience, while the department that ordered it failed to ask the right questions. The minister thanked the
committee and promised that a similar situation would not occur again. Members of the opposition were not convinced.

There are several ways to learn a foreign language. Some students prefer to study grammar before they speak, whereas
others begin with short conversations and pick up the rules on the way. What matters most is regular practice: half an
hour every day is worth more than five hours at the weekend. Reading books that are slightly too difficult is useful,
because you meet the same words in different places and begin to guess their meaning. Do not be afraid of mistakes.

Money is useful because everyone accepts it. Without it, a baker who needs shoes would have to find a shoemaker who
happens to want bread. Prices tell people what is rare and what is plenty, although they do not always tell the truth.
When a central bank raises the interest rate, borrowing becomes more expensive and companies invest less. Over time the
demand for goods falls, and prices usually stop rising so quickly. Whether this is good depends on whom you ask.

My grandfather worked as a carpenter for more than forty years. He could look at a tree and say which of its boards
would bend and which would split. His hands were rough and very strong, yet he used a pencil as gently as a painter. On
Sundays he took us to the lake, where he taught my brother how to fish and me how to swim. I still have the small wooden
box that he made for my tenth birthday. Its lid closes with a soft click, exactly as it did on the first day.

In mathematics a proof is an argument that leaves no room for doubt. Each step follows from earlier ones, and the first
steps are assumptions that everyone has agreed upon. A single example can show that a statement is false, but a thousand
examples cannot show that it is true. Suppose, for instance, that we add any two odd numbers. Each of them is one more
than an even number, so their sum is two more than an even number, and therefore even. This holds for all odd numbers.

The museum is open from nine in the morning until six in the evening, except on Mondays. Visitors can leave their bags
at the entrance free of charge. Please do not touch the paintings or use a flash when you take pictures. Guided tours in
English start every hour and last about forty-five minutes. Children under twelve years of age need no ticket if they
come with an adult. The restaurant on the second floor offers a view over the old harbour and the islands beyond.

A patient with a high fever should drink a lot and rest as much as possible. If the temperature does not go down within
two or three days, a doctor should be called. Most infections of this kind are caused by a virus, which means that
antibiotics will not help. It is important to wash your hands often, since the illness spreads easily from one person to
another. Older people and those with a weak heart have a higher risk and ought to be especially careful.

Nobody knows exactly how large the universe is. Light from the most distant objects that we can see has travelled for
more than thirteen billion years, and space itself has grown while it was on its way. Stars are born from clouds of gas,
burn for millions or billions of years and die, some of them quietly and others in a huge explosion. The heavy elements
inside our bodies were made in such stars. In that sense we are closer to the night sky than we usually think.

The game was decided in the last minute. Until then both teams had played without taking risks, and the crowd of thirty
thousand had begun to lose interest. Then the youngest player on the field won the ball near the line, ran past two
defenders and kicked it high over the goalkeeper. His coach said afterwards that he had never seen a better goal, which
was perhaps an exaggeration. The other side complained to the referee, but the result stood: one to nothing.

Before you install the new version, save a copy of your files in a safe place. Open the settings, choose the folder that
you want to use and press the button on the right. The download may take several minutes depending on your connection.
When the message appears, restart the system and log in with your usual name and password. If something goes wrong,
remove the program, check that there is enough free space and try again. Further help can be found on our website.

Every society has rules about what belongs to whom. In some places land could not be sold at all, because it was thought
to belong to the dead and the unborn as well as to the living. Elsewhere a written contract, signed before witnesses,
was enough to transfer a whole estate. Courts had to decide what happened when a promise was broken, and over hundreds
of years their judgments grew into a body of law. Much of what we take for granted today began as an answer to a quarrel
between two people whose names have been forgotten.

It had been raining since the early afternoon, and the road was dark when the bus finally stopped. Only one passenger
got off. She stood for a moment under the broken lamp, pulled up her collar and looked along the empty street. Somewhere
a dog was barking. The house she was looking for should have been on the left, just behind the church, but there was
nothing except a wall and an iron gate. Slowly she walked towards it, and then she heard the music.

What should a teacher do with a question that has no good answer? One possibility is to say so. Students often believe
that everything in a book must be right, and they are surprised to learn that experts disagree. A lesson in which the
class collects the arguments for both sides, weighs them and still cannot decide is not a failure. It shows how
knowledge is made: somebody has an idea, others attack it, and what survives is used until a better idea comes along.

Energy cannot be created or destroyed; it only changes from one form into another. A falling stone loses height and
gains speed. When it hits the ground, its motion becomes heat and sound. Engines turn the chemical energy of fuel into
movement, but they always lose a part of it on the way. That is why a car gets warm and why no machine can run forever.
Engineers try to keep these losses small, and modern power stations waste far less than those of a hundred years ago.
"""
