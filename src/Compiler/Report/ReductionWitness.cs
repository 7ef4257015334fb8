using System.Collections.Immutable;

namespace RedGen.Compiler.Report;

/// <summary>How far the reduced network is from the original at most, and an input for which the code of both was run and is far apart.</summary>
/// <param name="Bound">No output differs by more.</param>
/// <param name="Input">The input's elements; empty where no difference was found.</param>
/// <param name="Original">The outputs of the code without the reduction.</param>
/// <param name="Reduced">The outputs of the reduced code.</param>
public sealed record ReductionWitness(double Bound, ImmutableArray<float> Input, ImmutableArray<float> Original, ImmutableArray<float> Reduced)
{
    /// <summary>The largest difference of an output for this input.</summary>
    public double Found
    {
        get
        {
            double largest = 0;
            for (int i = 0; i < Original.Length; i++) largest = System.Math.Max(largest, System.Math.Abs((double)Reduced[i] - Original[i]));
            return largest;
        }
    }
}
