using System.Collections.Immutable;

namespace RedGen.Compiler.Red.Planning;

/// <summary>What hashing makes of one constant of weights.</summary>
/// <param name="Weights">The initializer in the normalised graph.</param>
/// <param name="Matrix">The hashed weights.</param>
/// <param name="Bias">The layer's bias from now on, one an output; empty: as it was.</param>
/// <param name="ErrorShare">The layer's share of the squared error at the outputs.</param>
public sealed record HashedLayer(string Weights, HashedMatrix Matrix, ImmutableArray<float> Bias, double ErrorShare);

/// <summary>The hashing of a whole model, found by the search or the closed form. Layers that it does not name stay as they are.</summary>
/// <param name="Layers">The hashed layers.</param>
/// <param name="Tolerance">The relative error that was allowed at the outputs.</param>
/// <param name="MeasuredError">The relative error measured at the outputs; NaN: not measured.</param>
/// <param name="EstimatedError">The relative error that the closed form expects.</param>
/// <param name="Inputs">What the error was measured on, in words.</param>
public sealed record HashingPlan(ImmutableArray<HashedLayer> Layers, double Tolerance, double MeasuredError, double EstimatedError, string Inputs)
{
    /// <summary>The share of like outputs that relaxed merging folded before the hashing; 0: none.</summary>
    public double Folding { get; init; }
}
