namespace RedGen.Compiler.Verify.Bounds;

/// <summary>How gradient ascent goes.</summary>
/// <param name="Steps">The number of steps.</param>
/// <param name="SlopeStep">The length of the first step of slopes, whose range is 1.</param>
/// <param name="MultiplierStep">The length of the first step of multipliers, relative to the factors at the split's node.</param>
/// <param name="Decay">What is left of a step's length at the next.</param>
internal sealed record AscentPlan(int Steps, double SlopeStep, double MultiplierStep, double Decay);
