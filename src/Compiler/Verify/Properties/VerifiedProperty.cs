using System;
using System.Collections.Immutable;
using System.Linq;

namespace RedGen.Compiler.Verify.Properties;

/// <summary>Conditions that a counterexample fulfils all at once.</summary>
/// <param name="Rows">The conditions; none: every point of the box is a counterexample.</param>
public sealed record Conjunction(ImmutableArray<LinearRow> Rows);

/// <summary>A box and what makes a point of it a counterexample: any of the conjunctions.</summary>
/// <param name="Box">The inputs.</param>
/// <param name="Conjunctions">The conjunctions.</param>
public sealed record PropertyCase(VerifiedBox Box, ImmutableArray<Conjunction> Conjunctions);

/// <summary>
/// A property as the set of its counterexamples: it holds where no input of any case's box, with the outputs that the network gives
/// for it, fulfils one of the case's conjunctions.
/// </summary>
/// <param name="InputLength">Input elements.</param>
/// <param name="OutputLength">Output elements.</param>
/// <param name="Cases">The cases, one a box.</param>
public sealed record VerifiedProperty(int InputLength, int OutputLength, ImmutableArray<PropertyCase> Cases)
{
    /// <summary>The line of the property's file that speaks of the outputs first, from 1.</summary>
    public int Line { get; init; } = 1;

    /// <summary>The networks that it is about; empty: one, whose elements are the property's.</summary>
    public ImmutableArray<NetworkUse> Networks { get; init; } = [];

    /// <summary>What runs all networks of the property at once.</summary>
    /// <param name="predict">Runs a model, by its number: its input elements to its output elements.</param>
    public Func<float[], float[]> Runner(Func<int, float[], float[]> predict)
    {
        if (Networks.IsEmpty) return x => predict(0, x);
        return x => [.. Networks.SelectMany(n => predict(n.Model, n.InputOf(x)))];
    }
}
