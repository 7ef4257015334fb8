using System;
using System.Collections.Immutable;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.Search;

/// <summary>Confirms candidates: a counterexample is a float32 input for which the generated code itself gives outputs that fulfil a conjunction.</summary>
/// <param name="box">The case's float32 inputs.</param>
/// <param name="conjunctions">The case's conjunctions.</param>
/// <param name="predict">Runs the generated code; from several threads at once.</param>
internal sealed class Witness(FloatBox box, ImmutableArray<Conjunction> conjunctions, Func<float[], float[]> predict)
{
    /// <summary>The float32 input next to a point, if it is a counterexample; else null.</summary>
    public float[]? Confirm(ReadOnlySpan<double> point)
    {
        float[] x = box.Round(point);
        float[] y = predict(x);
        foreach (Conjunction conjunction in conjunctions)
        {
            bool holds = true;
            foreach (LinearRow row in conjunction.Rows) holds = holds && row.Holds(x, y);
            if (holds) return x;
        }

        return null;
    }
}
