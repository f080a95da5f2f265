"""From a question in words to a calculation: amounts read, a calculator found, inputs placed, an answer composed."""
