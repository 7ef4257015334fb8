using System;
using System.Collections.Immutable;

namespace RedGen.Compiler.Verify.Properties;

/// <summary>A linear condition on inputs and outputs: Σ cᵢ·xᵢ + Σ dⱼ·yⱼ + e ≤ 0, or &lt; 0.</summary>
/// <param name="Inputs">The factors cᵢ of the inputs; empty where none is named.</param>
/// <param name="Outputs">The factors dⱼ of the outputs.</param>
/// <param name="Constant">The constant e.</param>
/// <param name="IsStrict">Whether equality does not fulfil it.</param>
public sealed record LinearRow(ImmutableArray<double> Inputs, ImmutableArray<double> Outputs, double Constant, bool IsStrict)
{
    /// <summary>The value of the left side at a point.</summary>
    /// <param name="x">The inputs.</param>
    /// <param name="y">The outputs.</param>
    public double Value(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double sum = Constant;
        for (int i = 0; i < Inputs.Length; i++) sum += Inputs[i] * x[i];
        for (int j = 0; j < Outputs.Length; j++) sum += Outputs[j] * y[j];
        return sum;
    }

    /// <summary>Whether given inputs and outputs fulfil the condition, the analyser's own rounding counted against it.</summary>
    /// <param name="x">The inputs.</param>
    /// <param name="y">The outputs.</param>
    public bool Holds(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double sum = Constant, magnitude = Math.Abs(Constant);
        int terms = Constant == 0 ? 0 : 1;
        bool areUnits = true;
        Add(Inputs, x, ref sum, ref magnitude, ref terms, ref areUnits);
        Add(Outputs, y, ref sum, ref magnitude, ref terms, ref areUnits);
        if (double.IsNaN(sum)) return false;
        // The difference of two floats has the right sign in double, and is zero only where they are equal.
        double slack = areUnits && terms <= 2 ? 0 : magnitude * (terms + 1) / (1L << 52);
        return IsStrict ? sum + slack < 0 : sum + slack <= 0;
    }

    private static void Add(ImmutableArray<double> factors, ReadOnlySpan<float> values, ref double sum, ref double magnitude, ref int terms, ref bool areUnits)
    {
        for (int i = 0; i < factors.Length; i++)
        {
            if (factors[i] == 0) continue;
            double term = factors[i] * values[i];
            sum += term;
            magnitude += Math.Abs(term);
            terms++;
            areUnits &= Math.Abs(factors[i]) == 1;
        }
    }
}
