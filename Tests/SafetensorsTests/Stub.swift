// Placeholder removed by the first test of this target.
