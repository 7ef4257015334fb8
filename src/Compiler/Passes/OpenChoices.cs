using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;

namespace RedGen.Compiler.Passes;

/// <summary>
/// Lengths to try for the open dimensions and unknown parameters of a node: distinct ones first, then such as are equal to each other
/// or to lengths that are known, as products, concatenations and broadcasts want.
/// </summary>
internal sealed class OpenChoices
{
    private const int RandomChoices = 240;

    private const int MostKnown = 16;

    /// <summary>Numbers below this are lengths that operators ask for.</summary>
    private const int Small = 5;

    /// <summary>Lengths that are often taken, so that several are equal at once.</summary>
    private static readonly long[] Shared = [7, 103, 840];

    private static readonly long[] Primes = [101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157];

    private readonly List<string> _names = [];
    private readonly List<long> _known = [];

    /// <summary>Finds what a node leaves open.</summary>
    public OpenChoices(Node node, TensorType?[] types, Tensor?[] constants, SymbolicElements?[] elements)
    {
        for (int i = 1; i < Small; i++) AddKnown(i);
        foreach (IntsAttribute list in node.Attributes.All.Values.OfType<IntsAttribute>()) AddKnown([.. list.Values]);
        foreach (Dimension d in types.Where(t => t is not null).SelectMany(t => t!.Shape!.Dimensions))
        {
            if (d.IsConstant) AddKnown(d.Value);
            else Add(d.Open!.Name);
        }

        for (int i = 0; i < elements.Length; i++)
        {
            // Operators cut and compare at their parameters.
            if (constants[i] is { } constant && SymbolicElements.Describes(constant.Type))
                AddKnown([.. SymbolicElements.Of(constant).Items.Select(e => e.Value!.Value)]);
            if (constants[i] is not null || elements[i] is not { } known) continue;
            for (int k = 0; k < known.Items.Length; k++)
            {
                if (known.Items[k].Value is { } value) AddKnown(value);
                else Add(known.Items[k].Length?.Name ?? OpenTrial.NameOf(i, k));
            }
        }

    }

    /// <summary>Choices in which all lengths differ; the same ones every time.</summary>
    public IEnumerable<IReadOnlyDictionary<string, long>> Distinct()
    {
        yield return Choice(i => Prime(i));
        yield return Choice(i => Prime(i + _names.Count));
        // Numbers with many divisors, for what is cut or regrouped.
        yield return Choice(i => 840 * (i + 1));
        yield return Choice(i => 2520 * (i + 1));
        yield return Choice(i => 2 + i);
        yield return Choice(i => 1_000_003 + (2 * i));
    }

    /// <summary>Choices in which all lengths are one: short ones, and those around lengths that are known.</summary>
    public IEnumerable<IReadOnlyDictionary<string, long>> Equal()
    {
        yield return Choice(_ => 0);
        yield return Choice(_ => 840);
        yield return Choice(_ => 2520);
        foreach (long known in _known)
        {
            yield return Choice(_ => known);
            yield return Choice(_ => known + 1);
            yield return Choice(_ => known > 1 ? known - 1 : 3);
        }
    }

    /// <summary>Choices in which lengths are now and then one of another's, or one that is known.</summary>
    public IEnumerable<IReadOnlyDictionary<string, long>> Random()
    {
        uint state = 12345;
        for (int n = 0; n < RandomChoices; n++)
        {
            yield return Choice(i =>
            {
                state = unchecked((state * 1664525) + 1013904223);
                int pick = (int)(state >> 10);
                return (pick & 3) switch
                {
                    0 => Prime(i),
                    1 => _known[(pick >> 2) % _known.Count],
                    _ => Shared[(pick >> 2) % Shared.Length],
                };
            });
        }
    }

    private static long Prime(int index) => Primes[index % Primes.Length];

    private void AddKnown(long value)
    {
        if (value is >= 0 and < 1 << 24 && _known.Count < MostKnown && !_known.Contains(value)) _known.Add(value);
    }

    /// <summary>Numbers, and their sum: parts of an axis.</summary>
    private void AddKnown(long[] values)
    {
        long sum = 0;
        foreach (long value in values)
        {
            long size = Math.Abs(Math.Max(value, -int.MaxValue));
            AddKnown(size);
            sum = Math.Min(sum + Math.Min(size, int.MaxValue), int.MaxValue);
        }

        AddKnown(sum);
    }

    private void Add(string name)
    {
        if (!_names.Contains(name)) _names.Add(name);
    }

    private Dictionary<string, long> Choice(Func<int, long> length)
    {
        var choice = new Dictionary<string, long>(StringComparer.Ordinal);
        for (int i = 0; i < _names.Count; i++) choice[_names[i]] = length(i);
        return choice;
    }
}
