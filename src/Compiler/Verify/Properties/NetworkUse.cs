using System;
using System.Collections.Immutable;

namespace RedGen.Compiler.Verify.Properties;

/// <summary>A network as a property speaks of it: one property may be about several, or about one twice.</summary>
/// <param name="Name">The name in the property; empty where it has none.</param>
/// <param name="Model">Which of the models it is.</param>
/// <param name="Inputs">By input element of the network the property's input element.</param>
/// <param name="Outputs">The number of its output elements; those of all networks stand one after another.</param>
public sealed record NetworkUse(string Name, int Model, ImmutableArray<int> Inputs, int Outputs)
{
    /// <summary>The network's inputs among those of the property.</summary>
    /// <param name="x">The property's input elements.</param>
    public float[] InputOf(ReadOnlySpan<float> x)
    {
        var own = new float[Inputs.Length];
        for (int i = 0; i < own.Length; i++) own[i] = x[Inputs[i]];
        return own;
    }
}
