"""From a rubric as people write it to the record that a judge gets; and what may not change once it was used."""
