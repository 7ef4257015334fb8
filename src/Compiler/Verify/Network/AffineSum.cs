using System.Collections.Generic;
using System.Collections.Immutable;

namespace RedGen.Compiler.Verify.Network;

/// <summary>Gathers the terms of an affine node; a node that is read twice is one term.</summary>
internal sealed class AffineSum(int length)
{
    private readonly List<(int Node, LinearMap Map)> _terms = [];
    private readonly double[] _bias = new double[length];

    /// <summary>Adds a matrix times a node.</summary>
    public void Add(int node, LinearMap map)
    {
        int known = _terms.FindIndex(t => t.Node == node);
        if (known < 0) _terms.Add((node, map));
        else _terms[known] = (node, LinearMapBuilder.Sum(_terms[known].Map, map));
    }

    /// <summary>Adds a vector.</summary>
    public void Add(double[] vector)
    {
        for (int i = 0; i < _bias.Length; i++) _bias[i] += vector[i];
    }

    /// <summary>The node.</summary>
    public AffineNode ToNode(string name, AffineRounding? rounding)
        => new(name, _terms.ConvertAll(static t => t.Node).ToImmutableArray(), _terms.ConvertAll(static t => t.Map).ToImmutableArray(), _bias, rounding);
}
