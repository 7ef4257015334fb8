using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Shaping;

namespace RedGen.Compiler.Passes;

/// <summary>
/// Removes nodes that give back their input bit by bit, lets views of views and transposes of transposes read the first input,
/// and turns transposes that only move axes of length 1 into views.
/// </summary>
internal sealed class EliminateIdentities : GraphPass
{
    /// <summary>Operators that only give the elements another shape.</summary>
    private static readonly ImmutableHashSet<string> Views = ["Reshape", "Flatten", "Squeeze", "Unsqueeze"];

    /// <summary>Operators that give back their first input wherever they do not change its shape.</summary>
    private static readonly ImmutableHashSet<string> IdentityWhereShapeStays = ["Expand", "Tile"];

    /// <summary>Operators that give back their input when they combine one element.</summary>
    private static readonly ImmutableHashSet<string> SelectingReductions = ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd"];

    /// <summary>Operators of one or several inputs that give back a single one.</summary>
    private static readonly ImmutableHashSet<string> Variadic = ["Concat", "Sum", "Max", "Min", "Mean"];

    /// <summary>Operators that change nothing when applied again.</summary>
    private static readonly ImmutableHashSet<string> Idempotent = ["Relu", "Abs", "Ceil", "Floor", "Round", "Sign"];

    /// <inheritdoc/>
    public override Graph Run(Graph graph, PassContext context) => RewriteNodes(graph, context, Eliminate);

    private static bool Eliminate(GraphBuilder builder, Node node)
    {
        if (builder.IsCheckedAtRunTime(node)) return false;
        return IsIdentity(builder, node, out int input)
            ? builder.Bypass(node, node.Inputs[input])
            : SimplifyView(builder, node) || SimplifyTranspose(builder, node) || ReduceToView(builder, node);
    }

    /// <summary>Whether the first output equals one of the inputs and no other output is asked for.</summary>
    private static bool IsIdentity(GraphBuilder builder, Node node, out int input)
    {
        input = 0;
        if (node.Operator.Domain.Length > 0 || !node.HasInput(0) || !node.HasOutput(0) || !builder.HaveSameType(node.Inputs[0], node.Outputs[0])) return IsIdentityOfSecond(builder, node, out input);
        if (node.Outputs.Skip(1).Any(o => o.Length > 0 && (builder.IsOutput(o) || !builder.Consumers(o).IsEmpty))) return false;
        return node.Operator.Name switch
        {
            "Identity" or "Cast" or "CastLike" => true,
            "Dropout" => !Dropout.MayTrain(node, builder.ConstantOf),
            "Slice" => !node.HasInput(4) || (builder.Integers(node.Inputs[4])?.All(step => step > 0) ?? false),
            "Pad" => PadReader.Read(builder, node) is { } pad && pad.Before.Concat(pad.After).All(p => p == 0),
            "Split" => node.Outputs.Length == 1,
            "Transpose" => MovesOnlyUnitAxes(builder, node),
            "Clip" => node.Operator.Version >= 11 && IsAbsentOr(builder, node.Input(1), double.NegativeInfinity) && IsAbsentOr(builder, node.Input(2), double.PositiveInfinity),
            "Mul" or "Div" or "Pow" => IsAll(builder, node.Input(1), 1) || IsIdentityOfSecond(builder, node, out input),
            "Add" => IsNeutralTerm(builder, node.Input(1), negative: true) || IsIdentityOfSecond(builder, node, out input),
            "Sub" => IsNeutralTerm(builder, node.Input(1), negative: false),
            "And" => IsAllBool(builder, node.Input(1), true) || IsIdentityOfSecond(builder, node, out input),
            "Or" => IsAllBool(builder, node.Input(1), false) || IsIdentityOfSecond(builder, node, out input),
            "Where" => IsIdentityOfSecond(builder, node, out input),
            "GlobalAveragePool" or "GlobalMaxPool" => true,
            string name => Views.Contains(name) || IdentityWhereShapeStays.Contains(name)
                || (Variadic.Contains(name) && node.Inputs.Length == 1)
                || (SelectingReductions.Contains(name) && HasElements(builder, node.Inputs[0]))
                || (Idempotent.Contains(name) && builder.Producer(node.Inputs[0]) is { } first && first.Is(name)),
        };
    }

    /// <summary>Commutative operators whose first input is the neutral element, and Where with a constant condition.</summary>
    private static bool IsIdentityOfSecond(GraphBuilder builder, Node node, out int input)
    {
        input = 1;
        if (node.Operator.Domain.Length > 0 || !node.HasOutput(0)) return false;
        if (node.Is("Where"))
        {
            input = IsAllBool(builder, node.Input(0), true) ? 1 : IsAllBool(builder, node.Input(0), false) ? 2 : 0;
            return input > 0 && builder.HaveSameType(node.Input(input), node.Outputs[0]);
        }

        return node.HasInput(1) && builder.HaveSameType(node.Inputs[1], node.Outputs[0]) && node.Operator.Name switch
        {
            "Mul" => IsAll(builder, node.Inputs[0], 1),
            "Add" => IsNeutralTerm(builder, node.Inputs[0], negative: true),
            "And" => IsAllBool(builder, node.Inputs[0], true),
            "Or" => IsAllBool(builder, node.Inputs[0], false),
            _ => false,
        };
    }

    private static bool HasElements(GraphBuilder builder, string value) => builder.Lengths(value) is { } lengths && !lengths.Contains(0);

    private static bool IsAbsentOr(GraphBuilder builder, string value, double bound) => value.Length == 0 || IsAll(builder, value, bound);

    private static bool IsAll(GraphBuilder builder, string value, double number)
    {
        if (value.Length == 0 || builder.ConstantOf(value) is not { } tensor || !ElementCodec.Supports(tensor.ElementType)) return false;
        if (tensor.Length > 0 && tensor.ElementType.Bits() >= 8 && !First(tensor).IsExactly(number)) return false;
        ReferenceTensor elements = ReferenceTensor.FromTensor(tensor);
        return Enumerable.Range(0, elements.Count).All(i => elements.Real(i).IsExactly(number));
    }

    /// <summary>Almost every constant is ruled out by its first element.</summary>
    private static double First(Tensor tensor)
        => ReferenceTensor.FromTensor(new Tensor(tensor.ElementType, [1], tensor.Data.Slice(0, tensor.ElementType.Bytes()))).Real(0);

    /// <summary>x + (−0) and x − (+0) are x for every float; x + (+0) is not where x is −0.</summary>
    private static bool IsNeutralTerm(GraphBuilder builder, string value, bool negative)
        => builder.TensorTypeOf(value) is { } type && IsAll(builder, value, type.ElementType.IsFloat() && negative ? -0.0 : 0.0);

    private static bool IsAllBool(GraphBuilder builder, string value, bool wanted)
        => value.Length > 0 && builder.ConstantOf(value) is { ElementType: ElementType.Bool } tensor
            && ReferenceTensor.FromTensor(tensor).Integers!.All(i => i != 0 == wanted);

    /// <summary>A view of a view is a view of the first input.</summary>
    private static bool SimplifyView(GraphBuilder builder, Node node)
    {
        if (!node.IsAny(Views) || builder.Producer(node.Inputs[0]) is not { } first || !first.IsAny(Views) || builder.IsCheckedAtRunTime(first)) return false;
        string source = first.Inputs[0];
        string output = node.Outputs[0];
        if (builder.HaveSameType(source, output)) return builder.Bypass(node, source);
        if (builder.Lengths(output) is not { } lengths) return false;
        builder.Replace(node, builder.Reshape(node.Name, source, output, lengths));
        return true;
    }

    /// <summary>Joins a Transpose with the one before it; makes it a view where the elements keep their order.</summary>
    public static bool SimplifyTranspose(GraphBuilder builder, Node node)
    {
        if (!node.Is("Transpose") || builder.Lengths(node.Inputs[0]) is not { } lengths) return false;
        if (builder.Producer(node.Inputs[0]) is { } first && first.Is("Transpose"))
        {
            int[] inner = first.Permutation(lengths.Length);
            int[] composed = [.. node.Permutation(lengths.Length).Select(p => inner[p])];
            Node joined = PatternExtensions.Transpose(node.Name, first.Inputs[0], node.Outputs[0], composed);
            builder.Replace(node, joined);
            if (IsSorted(composed)) builder.Bypass(joined, first.Inputs[0]);
            else SimplifyTranspose(builder, joined);
            return true;
        }

        if (!MovesOnlyUnitAxes(builder, node)) return false;
        builder.Replace(node, builder.Reshape(node.Name, node.Inputs[0], node.Outputs[0], builder.Lengths(node.Outputs[0])!));
        return true;
    }

    /// <summary>Whether the axes that are longer than 1 keep their order, so that the elements do.</summary>
    private static bool MovesOnlyUnitAxes(GraphBuilder builder, Node node)
        => builder.Lengths(node.Inputs[0]) is { } lengths && IsSorted([.. node.Permutation(lengths.Length).Where(p => lengths[p] != 1)]);

    private static bool IsSorted(int[] numbers) => numbers.Zip(numbers.Skip(1), (a, b) => a < b).All(ordered => ordered);

    /// <summary>A reduction over axes of length 1 only drops them.</summary>
    private static bool ReduceToView(GraphBuilder builder, Node node)
    {
        if (!node.IsAny(SelectingReductions) || builder.Lengths(node.Inputs[0]) is not { } from || builder.Lengths(node.Outputs[0]) is not { } to) return false;
        if (!from.Where(l => l != 1).SequenceEqual(to.Where(l => l != 1)) || from.Contains(0)) return false;
        builder.Replace(node, builder.Reshape(node.Name, node.Inputs[0], node.Outputs[0], to));
        return true;
    }
}
