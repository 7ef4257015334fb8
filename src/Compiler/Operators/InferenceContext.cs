using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.ControlFlow;

namespace RedGen.Compiler.Operators;

/// <summary>What shape inference of one node sees and says. All failures end in the node's diagnostic.</summary>
public sealed class InferenceContext
{
    /// <summary>A tensor beyond this many elements cannot be addressed in bytes by a span.</summary>
    internal const long ElementLimit = int.MaxValue / 8;

    private readonly TensorType?[] _inputs;
    private readonly Tensor?[] _constants;
    private readonly SymbolicElements?[]? _elements;
    private readonly ValueType?[] _outputs;

    internal InferenceContext(Node node, TensorType?[] inputs, Tensor?[] constants, SymbolicElements?[]? elements = null)
    {
        _elements = elements;
        Node = node;
        _inputs = inputs;
        _constants = constants;
        _outputs = new ValueType?[node.Outputs.Length];
    }

    /// <summary>The node, with the subgraphs that inference has typed.</summary>
    public Node Node { get; private set; }

    /// <summary>Infers subgraphs; only there while a pass infers.</summary>
    internal ISubgraphInference? Subgraphs { get; init; }

    /// <summary>The node's attributes.</summary>
    public NodeAttributes Attributes => Node.Attributes;

    /// <summary>The opset version in force.</summary>
    public int Version => Node.Operator.Version;

    /// <summary>How many inputs are listed, left-out ones included.</summary>
    public int InputCount => _inputs.Length;

    /// <summary>What was inferred, by output; null where nothing was said.</summary>
    internal IReadOnlyList<ValueType?> Outputs => _outputs;

    /// <summary>Whether an input is given.</summary>
    public bool HasInput(int index) => index < _inputs.Length && _inputs[index] is not null;

    /// <summary>The element type of a given input.</summary>
    public ElementType Type(int index) => _inputs[index]!.ElementType;

    /// <summary>The shape of a given input, whose rank is known.</summary>
    public Shape Shape(int index) => _inputs[index]!.Shape ?? throw Dynamic("the rank of input " + Text(index) + " is not known at build time");

    /// <summary>The lengths of a given input, all of them known.</summary>
    public int[] Lengths(int index)
    {
        Shape shape = Shape(index);
        if (!shape.IsStatic) throw Dynamic("the shape " + shape + " of input " + Text(index) + " is not known at build time");
        return shape.Dimensions.All(d => d.Value <= int.MaxValue) ? shape.ToArray() : throw TooLarge("the shape " + shape + " of input " + Text(index) + " is beyond what an array can hold");
    }

    /// <summary>The rank of a given input.</summary>
    public int Rank(int index) => Shape(index).Rank;

    /// <summary>The value of an input that is known at build time, or null.</summary>
    public Tensor? Constant(int index) => index < _constants.Length ? _constants[index] : null;

    /// <summary>What is known of the elements of an input of integers: all of a constant, some of a shape that run time completes; null where nothing is known.</summary>
    internal SymbolicElements? Elements(int index)
        => Constant(index) is { } tensor ? SymbolicElements.Of(tensor) : _elements is not null && index < _elements.Length ? _elements[index] : null;

    /// <summary>The same node with a length for all dimensions that values of run time decide.</summary>
    internal InferenceContext WithOpenLengths(long length)
        => new(Node, [.. _inputs.Select(i => i?.Shape is null ? i : i with { Shape = new Shape([.. i.Shape.Dimensions.Select(d => d.IsConstant ? d : new Dimension(length))]) })], _constants);

    /// <summary>A dimension of an output that values of run time decide.</summary>
    /// <param name="output">The output.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="limit">The largest length that it can have; null where nothing bounds it.</param>
    internal Dimension Open(int output, int axis, long? limit)
        => Dimension.OfRunTime(new OpenLength(Node.Output(output) + "[" + axis.ToString(CultureInfo.InvariantCulture) + "]", limit is <= int.MaxValue ? limit : null, Node.Label));

    /// <summary>An input of integers (shapes, axes, indices) that must be known at build time.</summary>
    public long[] RequireIntegers(int index, string parameter)
        => Constant(index) is { } tensor ? ReferenceIntegers(tensor) : throw Dynamic("input '" + parameter + "' is computed at run time, so the output's shape is not known at build time");

    /// <summary>Sets an output to a tensor of known shape.</summary>
    public void SetOutput(int index, ElementType type, IEnumerable<int> lengths) => SetOutput(index, type, Graphs.Shape.Of(lengths));

    /// <summary>Sets an output to a tensor whose lengths were computed from what the model states: they may be anything.</summary>
    public void SetComputedOutput(int index, ElementType type, IEnumerable<long> lengths)
    {
        long[] all = [.. lengths];
        foreach (long length in all)
            if (length < 0) throw Fail("the output would have shape [" + string.Join(", ", all.Select(d => d.ToString(CultureInfo.InvariantCulture))) + "]");
        SetOutput(index, type, new Shape([.. all.Select(d => new Dimension(d))]));
    }

    /// <summary>Sets an output to a tensor.</summary>
    public void SetOutput(int index, ElementType type, Shape shape)
    {
        if (index < _outputs.Length) _outputs[index] = new TensorType(type, shape);
    }

    /// <summary>Sets an output to a value of any type (sequences, optionals).</summary>
    public void SetOutput(int index, ValueType type)
    {
        if (index < _outputs.Length) _outputs[index] = type;
    }

    /// <summary>Puts a typed subgraph in the place of one that an attribute holds.</summary>
    internal void SetBody(string attribute, Graph body) => Node = Node with { Attributes = Node.Attributes.With(attribute, new GraphAttribute(body)) };

    /// <summary>An axis attribute or value as a number from 0 to rank − 1 (or rank, with <paramref name="inclusive"/>).</summary>
    public int Axis(long axis, int rank, bool inclusive = false)
    {
        long limit = inclusive ? rank : rank - 1;
        long normal = axis < 0 ? axis + rank : axis;
        if (normal < 0 || normal > limit)
            throw Fail("axis " + axis.ToString(CultureInfo.InvariantCulture) + " is outside a tensor of rank " + rank.ToString(CultureInfo.InvariantCulture));
        return (int)normal;
    }

    /// <summary>Distinct axes as numbers from 0 to rank − 1, in the order given.</summary>
    public int[] Axes(IEnumerable<long> axes, int rank)
    {
        int[] normal = [.. axes.Select(a => Axis(a, rank))];
        return normal.Distinct().Count() == normal.Length ? normal : throw Fail("an axis is named twice in [" + string.Join(", ", normal) + "]");
    }

    /// <summary>The shape that numpy broadcasting gives shapes.</summary>
    public int[] Broadcast(params int[][] shapes)
    {
        int rank = shapes.Max(s => s.Length);
        var result = new int[rank];
        for (int axis = 0; axis < rank; axis++)
        {
            int length = 1;
            foreach (int[] shape in shapes)
            {
                int i = axis - (rank - shape.Length);
                if (i < 0 || shape[i] == 1) continue;
                if (length != 1 && length != shape[i]) throw Fail("shapes " + string.Join(" and ", shapes.Select(s => Graphs.Shape.Of(s).ToString())) + " do not broadcast");
                length = shape[i];
            }

            result[axis] = length;
        }

        return result;
    }

    /// <summary>The shapes of the inputs as a message shows them.</summary>
    public string InputShapes => string.Join(", ", _inputs.Select(i => i?.ToString() ?? "-"));

    /// <summary>Shapes that do not fit: an exception to throw.</summary>
    internal ModelException Fail(string message)
        => new(DiagnosticCatalog.ShapeConflict.With(Node.Label, message + " (inputs: " + InputShapes + ")"));

    /// <summary>A node that breaks its specification: an exception to throw.</summary>
    internal ModelException Invalid(string message)
        => new(DiagnosticCatalog.InvalidNode.With(Node.Label, message + " (inputs: " + InputShapes + ")"));

    /// <summary>An attribute value that is not supported: an exception to throw.</summary>
    internal ModelException Unsupported(string attribute, string message)
        => new(DiagnosticCatalog.UnsupportedAttribute.With(Node.Label, attribute, message));

    /// <summary>Element types that do not fit together: an exception to throw.</summary>
    internal ModelException WrongType(string message)
        => new(DiagnosticCatalog.UnsupportedType.With(Node.Label, message + " (inputs: " + InputShapes + ")"));

    /// <summary>A value that is no tensor: an exception to throw.</summary>
    internal ModelException Sequence(string message) => new(DiagnosticCatalog.UnsupportedValue.With(Node.Label, message));

    /// <summary>A shape that is known only at run time: an exception to throw.</summary>
    internal ModelException Dynamic(string message) => new(DiagnosticCatalog.DynamicShape.With(Node.Label, message));

    /// <summary>A tensor beyond the element budget: an exception to throw.</summary>
    internal ModelException TooLarge(string message) => new(DiagnosticCatalog.TooLarge.With(Node.Label, message));

    /// <summary>All given inputs from one index to another must have one element type.</summary>
    public void RequireSameType(int first, int last)
    {
        for (int i = first + 1; i <= last; i++)
            if (HasInput(first) && HasInput(i) && Type(first) != Type(i))
                throw WrongType("inputs " + Text(first) + " and " + Text(i) + " must have one element type");
    }

    [SuppressMessage("Performance", "CA1822", Justification = "Symmetry of the context's API.")]
    private long[] ReferenceIntegers(Tensor tensor) => Execute.ReferenceTensor.FromTensor(tensor).ToIntegers();

    private static string Text(int index) => index.ToString(CultureInfo.InvariantCulture);
}
