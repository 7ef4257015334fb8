using System.Collections.Immutable;
using System.Threading;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;

namespace RedGen.Compiler.Red.Certify;

/// <summary>What the rule of one node sees and gives.</summary>
internal sealed class PropagationContext
{
    private readonly ImmutableArray<BoundedValue?> _inputs;
    private readonly BoundedValue?[] _outputs;

    /// <summary>Makes the context of a node.</summary>
    /// <param name="original">The original network.</param>
    /// <param name="reduced">The reduced network.</param>
    /// <param name="node">The node of the original network.</param>
    /// <param name="twin">The node of that name in the reduced network.</param>
    /// <param name="op">The operator.</param>
    /// <param name="inputs">What the nodes read; null where an input is left out.</param>
    /// <param name="cancellationToken">Stops the analysis.</param>
    public PropagationContext(Graph original, Graph reduced, Node node, Node twin, Operator op, ImmutableArray<BoundedValue?> inputs, CancellationToken cancellationToken)
    {
        (OriginalGraph, ReducedGraph, Node, Twin, Operator, CancellationToken) = (original, reduced, node, twin, op, cancellationToken);
        _inputs = inputs;
        _outputs = new BoundedValue?[node.Outputs.Length];
    }

    /// <summary>The original network.</summary>
    public Graph OriginalGraph { get; }

    /// <summary>The reduced network.</summary>
    public Graph ReducedGraph { get; }

    /// <summary>The node in the original network.</summary>
    public Node Node { get; }

    /// <summary>The node in the reduced network; its weights, and whether it has a bias, may differ.</summary>
    public Node Twin { get; }

    /// <summary>The operator.</summary>
    public Operator Operator { get; }

    /// <summary>Stops the analysis.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>The number of inputs, left-out ones included.</summary>
    public int InputCount => _inputs.Length;

    /// <summary>What was computed.</summary>
    public BoundedValue?[] Outputs => _outputs;

    /// <summary>What the node's own weights do; null for nodes without.</summary>
    public LayerError? Layer { get; set; }

    /// <summary>Whether the original's node has an input.</summary>
    public bool HasInput(int index) => Node.HasInput(index);

    /// <summary>A given input.</summary>
    public BoundedValue Input(int index) => OptionalInput(index) ?? throw new UncertifiableException("has no input " + Text(index));

    /// <summary>An input, or null where it is left out.</summary>
    public BoundedValue? OptionalInput(int index) => index < _inputs.Length ? _inputs[index] : null;

    /// <summary>The bounds of a given input of floats.</summary>
    public PairBound Bound(int index) => Input(index) is { IsReal: true } value ? value.Bound : throw new UncertifiableException("has integers as input " + Text(index));

    /// <summary>A given input that is one constant in both networks.</summary>
    public ReferenceTensor Exact(int index) => Input(index).Exact ?? throw new UncertifiableException("has an input " + Text(index) + " that is no constant");

    /// <summary>The lengths of an output.</summary>
    public int[] OutputLengths(int index)
        => OriginalGraph.TensorTypeOf(Node.Outputs[index])?.Shape is { IsStatic: true } shape ? shape.ToArray() : throw new UncertifiableException("has an output of unknown shape");

    /// <summary>Gives an output.</summary>
    public void SetOutput(int index, PairBound bound) => _outputs[index] = new BoundedValue(bound);

    /// <summary>Gives an output that does not depend on the input.</summary>
    public void SetOutput(int index, ReferenceTensor original, ReferenceTensor reduced) => _outputs[index] = new BoundedValue(original, reduced);

    private static string Text(int index) => index.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
