using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Operators;

namespace RedGen.Compiler.Kernels.RunTimeShapes;

/// <summary>
/// The C# of a node's inputs and outputs where some of them have a shape that is known at run time only: those are DynamicTensors,
/// the others spans whose lengths are constants.
/// </summary>
internal sealed class OpenCall(StepWriter writer, KernelContext context, Node node)
{
    /// <summary>The node.</summary>
    public Node Node => node;

    /// <summary>Where the step's method is written.</summary>
    public StepWriter Writer => writer;

    /// <summary>How messages name the node, as a C# literal.</summary>
    public string Label => RunTimeParameters.Label(node);

    /// <summary>The node as inference saw it.</summary>
    public InferenceContext Parameters => context.Parameters(node);

    /// <summary>The element type of an input.</summary>
    public ElementType ElementType(int input) => context.ElementType(node.Inputs[input]);

    /// <summary>The C# element type of an input.</summary>
    public string Type(int input) => ElementType(input).CSharpName()!;

    /// <summary>The element type of an output.</summary>
    public ElementType OutputElementType(int output) => context.ElementType(node.Outputs[output]);

    /// <summary>The C# element type of an output.</summary>
    public string OutputType(int output) => OutputElementType(output).CSharpName()!;

    /// <summary>The value of an input that is known at build time.</summary>
    public Tensor? Constant(int input) => node.HasInput(input) ? context.Constant(node.Inputs[input]) : null;

    /// <summary>An axis attribute as a number from 0 on; an input's rank is known.</summary>
    public string Axis(int rank, long otherwise = 0)
    {
        long axis = node.Attributes.Int("axis", otherwise);
        return CSharpLiteral.Of((int)(axis < 0 ? axis + rank : axis));
    }

    /// <summary>The rank of an input.</summary>
    public int Rank(int input) => context.Type(node.Inputs[input]).Shape!.Rank;

    /// <summary>An integer attribute as C# text.</summary>
    public string Int(string attribute, long otherwise) => CSharpLiteral.Of((int)node.Attributes.Int(attribute, otherwise));

    /// <summary>An integer attribute as a C# bool.</summary>
    public string Flag(string attribute, long otherwise) => node.Attributes.Int(attribute, otherwise) != 0 ? "true" : "false";

    /// <summary>The name of an input: a DynamicTensor or a span.</summary>
    public string Name(int input) => writer.Input(writer.Step.Inputs.IndexOf(node.Inputs[input]));

    /// <summary>Whether an input is a DynamicTensor.</summary>
    public bool IsOpen(int input) => writer.IsOpen(node.Inputs[input]);

    /// <summary>An argument for a TensorView of an input.</summary>
    public string View(int input) => IsOpen(input) ? Name(input) : $"new TensorView<{Type(input)}>({Name(input)}, {Lengths(input)})";

    /// <summary>An argument for a DynamicTensor of an input; elements of a span are copied.</summary>
    public string Tensor(int input) => IsOpen(input) ? Name(input) : $"Tensors.Of({Name(input)}, {Lengths(input)})";

    /// <summary>A span with the elements of an input.</summary>
    public string Elements(int input) => IsOpen(input) ? Name(input) + ".Span" : Name(input);

    /// <summary>The lengths of an input.</summary>
    public string Lengths(int input) => IsOpen(input) ? Name(input) + ".Lengths" : RunTimeParameters.List(context.Lengths(node.Inputs[input]));

    /// <summary>An argument for a TensorView of 64-bit integers: an input of indices of either width.</summary>
    public string Indices(int input) => ElementType(input) == Graphs.ElementType.Int64 ? View(input) : $"Tensors.Longs({View(input)})";

    /// <summary>A span of 64-bit integers with the elements of a parameter; <c>default</c> where it is left out.</summary>
    public string Longs(int input)
    {
        if (!node.HasInput(input)) return "default";
        if (context.Constant(node.Inputs[input]) is { } constant) return List(ReferenceTensor.FromTensor(constant).ToIntegers());
        return ElementType(input) == Graphs.ElementType.Int64 ? Elements(input) : $"Tensors.Longs({View(input)}).Span";
    }

    /// <summary>Numbers as an argument for a span of 64-bit integers.</summary>
    public string List(System.Collections.Generic.IEnumerable<long> values) => "[" + string.Join(", ", values.Select(Number)) + "]";

    /// <summary>The one number that a constant input holds.</summary>
    public string Number(int input)
    {
        long value = ReferenceTensor.FromTensor(Constant(input)!).ToIntegers()[0];
        return value is >= int.MinValue and <= int.MaxValue ? CSharpLiteral.Of((int)value) : CSharpLiteral.Of(Graphs.ElementType.Int64, value);
    }

    /// <summary>C# 7.3 has no list that becomes what the argument is.</summary>
    private string Number(long value)
        => value is >= int.MinValue and <= int.MaxValue && !writer.Plan.Options.IsPortable ? CSharpLiteral.Of((int)value) : CSharpLiteral.Of(Graphs.ElementType.Int64, value);

    /// <summary>Numbers as an argument for a span.</summary>
    public static string List(ImmutableArray<int> values) => RunTimeParameters.List([.. values]);

    /// <summary>The lengths of a shape as an argument, −1 for those that run time decides.</summary>
    public static string Known(Shape shape) => "[" + string.Join(", ", shape.Dimensions.Select(d => d.IsConstant ? CSharpLiteral.Of((int)d.Value) : "-1")) + "]";

    /// <summary>Writes what gives an output, from an expression that is a DynamicTensor.</summary>
    /// <param name="output">The output.</param>
    /// <param name="expression">The expression.</param>
    /// <param name="isChecked">Whether the known lengths of a result are checked too: they follow from more than the rules of the operator.</param>
    public void Finish(int output, string expression, bool isChecked)
    {
        string value = node.Outputs[output];
        int at = writer.Step.Outputs.IndexOf(value);
        Shape shape = context.Type(value).Shape!;
        string lengths = Known(shape);
        if (!writer.IsOpen(value))
        {
            writer.Line($"Tensors.Copy({Label}, {expression}, {writer.Output(at)}, {lengths});");
            return;
        }

        if (isChecked && (shape.Dimensions.Any(d => d.IsConstant) || node.Operator.Name == "Squeeze")) expression = $"Tensors.Expect({Label}, {expression}, {lengths})";
        writer.Line(writer.Step.Outputs.Length == 1 ? $"return {expression};" : $"{writer.Output(at)} = {expression};");
    }
}
