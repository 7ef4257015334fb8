using System;
using System.Globalization;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators;

/// <summary>What the reference evaluation of one node sees and gives.</summary>
public sealed class EvaluationContext
{
    private readonly ReferenceTensor?[] _inputs;
    private readonly ReferenceTensor?[] _outputs;
    private readonly TensorType?[] _outputTypes;
    private readonly TensorType?[]? _inputTypes;
    private TensorType?[]? _declaredTypes;
    private InferenceContext? _parameters;

    internal EvaluationContext(Node node, ReferenceTensor?[] inputs, TensorType?[] outputTypes, TensorType?[]? inputTypes = null)
    {
        _inputTypes = inputTypes;
        Node = node;
        _inputs = inputs;
        _outputTypes = outputTypes;
        _outputs = new ReferenceTensor?[node.Outputs.Length];
    }

    /// <summary>The node.</summary>
    public Node Node { get; }

    /// <summary>The values around the node, which its subgraphs may read; null where the node is evaluated on its own.</summary>
    internal Func<string, ReferenceTensor>? Surroundings { get; init; }

    /// <summary>Stops subgraphs, between their nodes.</summary>
    internal CancellationToken Cancellation { get; init; }

    /// <summary>The node's attributes.</summary>
    public NodeAttributes Attributes => Node.Attributes;

    /// <summary>The opset version in force.</summary>
    public int Version => Node.Operator.Version;

    /// <summary>How many inputs are listed, left-out ones included.</summary>
    public int InputCount => _inputs.Length;

    /// <summary>What was computed.</summary>
    internal ReferenceTensor?[] Outputs => _outputs;

    /// <summary>Whether an input is given.</summary>
    public bool HasInput(int index) => index < _inputs.Length && _inputs[index] is not null;

    /// <summary>A given input.</summary>
    public ReferenceTensor Input(int index) => _inputs[index] ?? throw new InvalidOperationException("Input " + index + " of " + Node.Label + " is not given.");

    /// <summary>An optional input.</summary>
    public ReferenceTensor? OptionalInput(int index) => index < _inputs.Length ? _inputs[index] : null;

    /// <summary>The type of a given input; there even where the value is not (<see cref="Operator.DependsOnTypesOnly"/>).</summary>
    public TensorType InputType(int index) => _inputTypes?[index] ?? TypeOf(Input(index));

    /// <summary>
    /// What inference saw: operators read their parameters (axes, ranges, pads) from it in one way for inference, evaluation and
    /// kernels.
    /// </summary>
    internal InferenceContext Parameters => _parameters ??= new InferenceContext(
        Node,
        [.. _inputs.Select((t, i) => t is null ? _inputTypes?[i] : TypeOf(t))],
        [.. _inputs.Select(t => t is { Rank: <= 1, Strings: null } or { Count: 1, Strings: null } ? t.ToTensor() : null)]);

    /// <summary>Whether an input has a shape that was not known when the graph's types were inferred: the node is inferred again then.</summary>
    internal bool IsOpen { get; init; }

    /// <summary>Computes the outputs of a node at run time, where every input is there.</summary>
    /// <exception cref="ArgumentException">The inputs give another shape than the one that the file declares.</exception>
    internal void Evaluate(Operator op)
    {
        try
        {
            if (IsOpen || _outputTypes.Any(t => t is { IsStatic: false })) SetTypes(op);
            else if (op.AcceptsDeclaredShapes) CheckShapes(op);
            op.Evaluate(this);
            CheckOutputs();
        }
        catch (ModelException problem)
        {
            // What would be a diagnostic of a constant is an error of the values here.
            throw new ArgumentException(problem.Message, problem);
        }
    }

    /// <summary>Types that inference left open follow from the values, unless the evaluation itself finds how long its outputs are.</summary>
    private void SetTypes(Operator op)
    {
        if (GraphCaptures.Subgraphs(Node).Any()) return; // What a body gives, running it tells.
        InferenceContext inference = Parameters;
        try
        {
            op.Infer(inference);
        }
        catch (ModelException problem) when (problem.Diagnostic.Descriptor == DiagnosticCatalog.DynamicShape)
        {
            return;
        }

        for (int i = 0; i < _outputTypes.Length; i++)
        {
            if (inference.Outputs[i] is not TensorType { Shape: { IsStatic: true } shape } given) continue;
            if (shape.ElementCount > InferenceContext.ElementLimit || shape.Dimensions.Any(d => d.Value > InferenceContext.ElementLimit)) throw inference.TooLarge("output " + i.ToString(CultureInfo.InvariantCulture) + " would be " + given);
            _declaredTypes ??= (TensorType?[])_outputTypes.Clone();
            _outputTypes[i] = given;
        }
    }

    /// <summary>What was computed is of the types that inference gave, as far as they are known.</summary>
    private void CheckOutputs()
    {
        for (int i = 0; i < _outputs.Length; i++)
        {
            if (_outputs[i] is not { } output || (_declaredTypes ?? _outputTypes)[i]?.Shape is not { } shape) continue;
            if (shape.Rank == output.Rank && shape.Dimensions.Select((d, a) => !d.IsConstant || d.Value == output.Lengths[a]).All(fits => fits)) continue;
            throw new ArgumentException(Node.Label + ": output " + i.ToString(CultureInfo.InvariantCulture) + " has shape " + Shape.Of(output.Lengths) + ", expected is " + shape + ".");
        }
    }

    private void CheckShapes(Operator op)
    {
        InferenceContext inference = Parameters;
        try
        {
            op.Infer(inference);
        }
        catch (ModelException problem) when (problem.Diagnostic.Descriptor == DiagnosticCatalog.DynamicShape)
        {
            return; // The evaluation finds how long its outputs are.
        }

        for (int i = 0; i < _outputTypes.Length; i++)
        {
            if (_outputTypes[i] is { } expected && inference.Outputs[i] is TensorType given && !given.Equals(expected))
                throw new ArgumentException(Node.Label + ": its inputs give output " + i.ToString(CultureInfo.InvariantCulture) + " the type " + given + ", expected is " + expected + ".");
        }
    }

    /// <summary>The subgraph of an attribute, ready to run.</summary>
    internal BodyEvaluation Body(string attribute) => new(
        Attributes.Graph(attribute) ?? throw new InvalidOperationException(Node.Label + " has no graph '" + attribute + "'."),
        Surroundings ?? throw new InvalidOperationException(Node.Label + " is evaluated without the values around it."),
        Cancellation);

    /// <summary>Whether an output is asked for.</summary>
    public bool HasOutput(int index) => Node.HasOutput(index);

    /// <summary>The inferred type of an output.</summary>
    public TensorType OutputType(int index) => _outputTypes[index] ?? throw new InvalidOperationException("Output " + index + " of " + Node.Label + " has no type.");

    /// <summary>A tensor of zeros of the type that was inferred for an output.</summary>
    public ReferenceTensor NewOutput(int index) => new(OutputType(index).ElementType, OutputType(index).Shape!.ToArray());

    private static TensorType TypeOf(ReferenceTensor tensor) => new(tensor.ElementType, Shape.Of(tensor.Lengths));

    /// <summary>Gives an output; its elements are rounded to its element type.</summary>
    public void SetOutput(int index, ReferenceTensor value)
    {
        if (index < _outputs.Length) _outputs[index] = value.Rounded();
    }
}
