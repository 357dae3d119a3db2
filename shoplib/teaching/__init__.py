"""What a teacher needs: the coverage matrix of the paper, the overview of the course, handouts, the rendered course."""
