using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red.Certify;
using RedGen.Compiler.Verify.Bounds;

namespace RedGen.Compiler.Verify.Network;

/// <summary>What the values of a graph may be for inputs of a box, as any kernels compute them in float32.</summary>
internal sealed class ValueRanges
{
    /// <summary>Multiply-adds up to which linear bounds are computed: some seconds of them.</summary>
    private const long MostMultiplyAdds = 2_000_000;

    private readonly BoundNetwork _network;
    private readonly NetworkBounds _bounds;
    private readonly IReadOnlyDictionary<string, int> _nodes;

    private ValueRanges(BoundNetwork network, NetworkBounds bounds, IReadOnlyDictionary<string, int> nodes) => (_network, _bounds, _nodes) = (network, bounds, nodes);

    /// <summary>Bounds the values of a graph.</summary>
    /// <exception cref="UnverifiableException">Something has no bounds, or the network is too large.</exception>
    public static ValueRanges Of(Graph graph, InputBox box, CancellationToken cancellationToken)
    {
        if (Certification.MultiplyAdds(graph) > MostMultiplyAdds) throw new UnverifiableException("the network has more multiply-adds than bounds are computed for during a build");
        (BoundNetwork network, IReadOnlyDictionary<string, int> nodes) = NetworkBuilder.BuildNamed(graph);
        (double Low, double High)[] ranges = [.. graph.Inputs.SelectMany(i => Enumerable.Repeat(box.RangeOf(i.Name), (int)graph.TensorTypeOf(i.Name)!.Shape!.ElementCount))];
        var bounds = new NetworkBounds(network);
        // Floats next to the ends' decimals belong to the box.
        double[] lower = [.. ranges.Select(static r => Math.Min(r.Low, (float)r.Low))], upper = [.. ranges.Select(static r => Math.Max(r.High, (float)r.High))];
        if (!bounds.Compute(lower, upper, null, null, cancellationToken)) throw new UnverifiableException("its bounds contradict each other");
        return new ValueRanges(network, bounds, nodes);
    }

    /// <summary>The elements of a value that depends on the input.</summary>
    public Interval[] Values(string name)
    {
        int node = _nodes[name];
        return [.. Enumerable.Range(0, _network.Nodes[node].Length).Select(i => _bounds.Values(node, i))];
    }

    /// <summary>Whether every element of a float32 value is one number.</summary>
    public bool IsConstant(string name) => _nodes.TryGetValue(name, out int node) && _network.Nodes[node] is ActivationNode { Function: not (ComparisonActivation or RoundingActivation) }
        && Enumerable.Range(0, _network.Nodes[node].Length).All(i => _bounds.Lower(node)[i] == _bounds.Upper(node)[i] && (float)_bounds.Lower(node)[i] == _bounds.Lower(node)[i]);

    /// <summary>Whether a value is a function of single elements of another.</summary>
    public bool IsFunction(string name) => _nodes.TryGetValue(name, out int node) && _network.Nodes[node] is ActivationNode;

    /// <summary>Whether a node gives its first input back.</summary>
    public bool IsIdentity(Node node)
    {
        if (!_nodes.TryGetValue(node.Outputs[0], out int index) || _network.Nodes[index] is not ActivationNode activation || !_nodes.TryGetValue(node.Inputs[0], out int source) || source != activation.Source) return false;
        for (int i = 0; i < activation.Length; i++)
        {
            (double lower, double upper) = (_bounds.Lower(source)[i], _bounds.Upper(source)[i]);
            if (!activation.Function.IsLinear(lower, upper) || activation.Function.Relax(lower, upper) != new Relaxation(1, 0, 1, 0)) return false;
        }

        return true;
    }
}
