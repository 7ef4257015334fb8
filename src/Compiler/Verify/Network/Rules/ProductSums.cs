using System;
using System.Collections.Generic;
using System.Linq;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>Elements as a factor of products: those of a node, or constants.</summary>
/// <param name="Node">The node; negative for constants.</param>
/// <param name="Length">The number of elements.</param>
/// <param name="Constants">The constants; null for a node.</param>
internal sealed record FactorValues(int Node, int Length, double[]? Constants)
{
    /// <summary>A value of the graph.</summary>
    public static FactorValues Of(NetworkBuilder builder, string name)
        => builder.IsVariable(name) ? new(builder.Index(name), builder.Length(name), null) : new(-1, builder.Length(name), builder.Constant(name));
}

/// <summary>Outputs that are sums of products of two elements each, one output's products behind the other's.</summary>
internal sealed class ProductSums
{
    /// <summary>Products of all outputs.</summary>
    private const long ProductLimit = 1 << 20;

    private readonly List<int> _ends = [];
    private readonly List<int> _left = [];
    private readonly List<int> _right = [];

    /// <summary>The number of outputs.</summary>
    public int Outputs => _ends.Count;

    /// <summary>The most products of an output.</summary>
    public int MostTerms { get; private set; }

    /// <summary>
    /// By element of the side that is not constant what its products' magnitudes have beyond that of their sum; null where every element is in one product of an output.
    /// </summary>
    public LinearMap? Cancelled { get; private set; }

    /// <summary>Adds a product to the output.</summary>
    /// <exception cref="UnverifiableException">There are too many.</exception>
    public void Add(int left, int right)
    {
        if (_left.Count == ProductLimit) throw new UnverifiableException("has more products than the analysis has memory for");
        _left.Add(left);
        _right.Add(right);
    }

    /// <summary>Ends the output.</summary>
    public void End()
    {
        MostTerms = Math.Max(MostTerms, _left.Count - (_ends.Count == 0 ? 0 : _ends[_ends.Count - 1]));
        _ends.Add(_left.Count);
    }

    /// <summary>The sums times a factor: linear where one side is constant.</summary>
    public AffineSum Of(NetworkBuilder builder, string name, FactorValues left, FactorValues right, double factor)
    {
        var sum = new AffineSum(Outputs);
        if (right.Constants is { } weights) sum.Add(left.Node, Weighted(left.Length, _left, _right, weights, factor));
        else if (left.Constants is { } others) sum.Add(right.Node, Weighted(right.Length, _right, _left, others, factor));
        else sum.Add(ProductRule.AddExact(builder, name, new Operand(left.Node, left.Length, [.. _left]), new Operand(right.Node, right.Length, [.. _right])), Sums(factor));
        return sum;
    }

    /// <summary>The matrix of sums whose right factors are constants.</summary>
    public LinearMap Weighted(double[] weights, int length) => Weighted(length, _left, _right, weights, 1);

    /// <summary>Each output as the sum of its products.</summary>
    private LinearMap Sums(double factor)
    {
        var map = new LinearMapBuilder(_left.Count);
        for (int i = 0, at = 0; i < Outputs; i++)
        {
            for (; at < _ends[i]; at++) map.Add(at, factor);
            map.EndRow();
        }

        return map.ToMap();
    }

    /// <summary>Each output as a sum of one side's elements, the other being constant.</summary>
    private LinearMap Weighted(int length, List<int> elements, List<int> places, double[] weights, double factor)
    {
        (var map, var cancelled) = (new LinearMapBuilder(length), new LinearMapBuilder(length));
        for (int i = 0, start = 0; i < Outputs; start = _ends[i++])
        {
            foreach (IGrouping<int, int> same in Enumerable.Range(start, _ends[i] - start).GroupBy(k => elements[k]).OrderBy(static g => g.Key))
            {
                double weight = same.Sum(k => weights[places[k]]);
                map.Add(same.Key, factor * weight);
                cancelled.Add(same.Key, Math.Abs(factor) * Math.Max(0, same.Sum(k => Math.Abs(weights[places[k]])) - Math.Abs(weight)));
            }

            map.EndRow();
            cancelled.EndRow();
        }

        LinearMap lost = cancelled.ToMap();
        Cancelled = lost.Count == 0 ? null : lost;
        return map.ToMap();
    }
}
