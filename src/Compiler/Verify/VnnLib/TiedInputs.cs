using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace RedGen.Compiler.Verify.VnnLib;

/// <summary>
/// Inputs that a property of several networks asserts to be equal, as <c>(== X1[0] X2[0])</c>: one input of the query stands for them, so
/// that no bound has to find out that both are the same.
/// </summary>
internal sealed class TiedInputs
{
    private readonly int[] _places;

    private TiedInputs(int[] places) => _places = places;

    /// <summary>The number of inputs that are left.</summary>
    public int Count => _places.Length == 0 ? 0 : _places.Max() + 1;

    /// <summary>By input element of the networks the input that stands for it.</summary>
    public ImmutableArray<int> Places => [.. _places];

    /// <summary>Finds what is asserted of every counterexample.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="inputs">The input elements of all networks.</param>
    public static TiedInputs Find(VnnCondition condition, int inputs)
    {
        int[] roots = [.. Enumerable.Range(0, inputs)];
        var differences = new HashSet<(int, int)>();
        foreach (VnnAtom atom in condition.Common)
        {
            // a − b ≤ 0 and b − a ≤ 0.
            if (atom.IsStrict || Difference(atom.Form, inputs) is not { } pair) continue;
            differences.Add(pair);
            if (!differences.Contains((pair.Less, pair.More))) continue;
            (int a, int b) = (Root(roots, pair.More), Root(roots, pair.Less));
            roots[Math.Max(a, b)] = Math.Min(a, b);
        }

        var places = new int[inputs];
        int count = 0;
        for (int i = 0; i < inputs; i++) places[i] = Root(roots, i) is var root && root == i ? count++ : places[root];
        return new TiedInputs(places);
    }

    /// <summary>The form over the inputs that are left; null where it says 0 ≤ 0.</summary>
    /// <param name="form">The form.</param>
    public LinearForm? Apply(LinearForm form)
    {
        var result = new LinearForm();
        foreach (KeyValuePair<int, double> factor in form.Factors) result.Add(factor.Key < _places.Length ? _places[factor.Key] : factor.Key - _places.Length + Count, factor.Value);
        if (form.Constant == 0 && form.Factors.Count > 0 && result.Factors.All(static f => f.Value == 0)) return null;
        result.Add(form.Constant);
        return result;
    }

    private static (int More, int Less)? Difference(LinearForm form, int inputs)
    {
        KeyValuePair<int, double>[] factors = [.. form.Factors.Where(static f => f.Value != 0)];
        if (form.Constant != 0 || factors.Length != 2 || factors.Any(f => f.Key >= inputs) || factors[0].Value != -factors[1].Value) return null;
        return factors[0].Value > 0 ? (factors[0].Key, factors[1].Key) : (factors[1].Key, factors[0].Key);
    }

    private static int Root(int[] roots, int element)
    {
        while (roots[element] != element) element = roots[element];
        return element;
    }
}
