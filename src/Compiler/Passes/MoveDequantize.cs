using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;

namespace RedGen.Compiler.Passes;

/// <summary>
/// Lets operators that only move or select elements work on the integers: a DequantizeLinear before them goes behind them, and meets the
/// QuantizeLinear there; the two cancel where their parameters agree. One behind a concatenation goes to its inputs. All of this is exact.
/// </summary>
internal sealed class MoveDequantize : GraphPass
{
    /// <summary>Operators whose first input is moved, and whose other inputs say where to.</summary>
    private static readonly ImmutableHashSet<string> Moves =
        ["Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Identity", "Slice", "Split", "Gather", "Expand", "Tile", "Pad", "Resize", "DepthToSpace", "SpaceToDepth", "MaxPool"];

    /// <summary>The first opset in which the widths and the value of a Pad are inputs.</summary>
    private const int PadsAreInputs = 11;

    /// <inheritdoc/>
    public override Graph Run(Graph graph, PassContext context)
        => !graph.Nodes.Any(n => n.Operator.Name == "DequantizeLinear") ? graph
            : RewriteNodes(graph, context, (builder, node) => Cancel(builder, node) || MoveBehind(builder, node) || MoveBefore(builder, node));

    /// <summary>Quantising what was dequantised with the same parameters gives the same integers.</summary>
    private static bool Cancel(GraphBuilder builder, Node node)
    {
        if (node.Operator.Name != "QuantizeLinear" || builder.Producer(node.Inputs[0]) is not { Operator.Name: "DequantizeLinear" } first) return false;
        if (!HasOneScale(builder, first) || !HasOneScale(builder, node) || !builder.HaveSameType(first.Inputs[0], node.Outputs[0])) return false;
        if (!Same(builder, first.Inputs[1], node.Inputs[1]) || Zero(builder, first) != Zero(builder, node)) return false;
        return builder.Bypass(node, first.Inputs[0]);
    }

    private static bool MoveBehind(GraphBuilder builder, Node node)
    {
        if (!node.IsAny(Moves) || builder.Producer(node.Inputs[0]) is not { Operator.Name: "DequantizeLinear" } dequantize || builder.IsCheckedAtRunTime(node)) return false;
        if (builder.TensorTypeOf(dequantize.Inputs[0]) is not { } integers || integers.ElementType.IsNarrow() || node.Outputs.Any(o => o.Length == 0 || builder.TensorTypeOf(o) is null)) return false;
        if ((node.Outputs.Length != 1 && !node.Is("Split")) || IntegerForm(builder, node, dequantize) is not { } form) return false;
        NodeAttributes attributes = dequantize.Attributes;
        if (!HasOneScale(builder, dequantize))
        {
            // The axis goes where the permutation takes it.
            if (!node.Is("Transpose") || dequantize.Attributes.Int("block_size", 0) != 0 || integers.Shape is not { } shape) return false;
            long axis = attributes.Int("axis", 1);
            attributes = attributes.With("axis", Array.IndexOf(node.Permutation(shape.Rank), (int)(axis < 0 ? axis + shape.Rank : axis)));
        }

        var moved = new List<string>();
        var behind = new List<Node>();
        foreach (string output in node.Outputs)
        {
            string value = builder.FreshName(output + "_integers");
            builder.SetType(value, new TensorType(integers.ElementType, builder.TensorTypeOf(output)!.Shape));
            moved.Add(value);
            behind.Add(dequantize with { Name = builder.FreshName(dequantize.Name), Inputs = [value, .. dequantize.Inputs.Skip(1)], Outputs = [output], Attributes = attributes });
        }

        Node mover = form with { Outputs = [.. moved] };
        builder.Replace(node, [mover, .. behind]);
        if (builder.Consumers(dequantize.Outputs[0]).IsEmpty && !builder.IsOutput(dequantize.Outputs[0])) builder.Remove(dequantize);
        if (moved.Count == 1) Fold(builder, mover);
        return true;
    }

    /// <summary>The node over the integers; null where there is no such form.</summary>
    private static Node? IntegerForm(GraphBuilder builder, Node node, Node dequantize)
    {
        Node form = node with { Inputs = [dequantize.Inputs[0], .. node.Inputs.Skip(1)] };
        switch (node.Operator.Name)
        {
            case "MaxPool": return HasIntegerPool(builder, node) ? form with { Operator = PatternExtensions.Written("MaxPool") } : null;
            case "Resize":
                return node.Operator.Version >= 11 && node.Attributes.String("mode", "nearest") == "nearest" && node.Attributes.String("coordinate_transformation_mode", "half_pixel") != "tf_crop_and_resize" ? form : null;
            case "Pad": return PadForm(builder, form, dequantize);
            default: return form;
        }
    }

    /// <summary>A Pad with zeros pads with the zero point.</summary>
    private static Node? PadForm(GraphBuilder builder, Node pad, Node dequantize)
    {
        if (pad.Operator.Version < PadsAreInputs || !HasOneScale(builder, dequantize)) return null;
        if (pad.Attributes.String("mode", "constant") != "constant") return pad;
        if (pad.HasInput(2) && builder.Reals(pad.Inputs[2]) is not { Count: 1, Reals: [0] }) return null;
        if (dequantize.HasInput(2) && builder.ConstantOf(dequantize.Inputs[2]) is null) return null;
        ElementType type = builder.TensorTypeOf(dequantize.Inputs[0])!.ElementType;
        var zero = new ReferenceTensor(type, [], [Zero(builder, dequantize) ?? 0]);
        string value = builder.AddInitializer(pad.Name + "_value", zero.ToTensor());
        return pad with { Inputs = [pad.Inputs[0], pad.Inputs[1], value, .. pad.Inputs.Skip(3)] };
    }

    /// <summary>A pooling of 8-bit integers exists; other types are not pooled.</summary>
    private static bool HasIntegerPool(GraphBuilder builder, Node node)
        => builder.Producer(node.Inputs[0]) is { Operator.Name: "DequantizeLinear" } dequantize
            && builder.TensorTypeOf(dequantize.Inputs[0])?.ElementType is ElementType.Int8 or ElementType.UInt8
            && builder.ConstantOf(dequantize.Inputs[1]) is { ElementType: ElementType.Float32, Length: 1 } scale && scale.AsSpan<float>()[0] > 0;

    /// <summary>Q(Concat(a, b)) is Concat(Q(a), Q(b)).</summary>
    private static bool MoveBefore(GraphBuilder builder, Node node)
    {
        if (node.Operator.Name != "QuantizeLinear" || !HasOneScale(builder, node) || builder.Producer(node.Inputs[0]) is not { } concat || !concat.Is("Concat")) return false;
        if (builder.SingleConsumer(node.Inputs[0]) is null || builder.TensorTypeOf(node.Outputs[0]) is not { } type || type.ElementType.IsNarrow()) return false;
        if (!concat.Inputs.All(i => builder.Producer(i) is { Operator.Name: "DequantizeLinear" } && builder.TensorTypeOf(i) is { IsStatic: true })) return false;
        var parts = new List<Node>();
        var inputs = new List<string>();
        foreach (string input in concat.Inputs)
        {
            string part = builder.FreshName(input + "_quantised");
            builder.SetType(part, new TensorType(type.ElementType, builder.TensorTypeOf(input)!.Shape));
            parts.Add(node with { Name = builder.FreshName(node.Name), Inputs = [input, .. node.Inputs.Skip(1)], Outputs = [part] });
            inputs.Add(part);
        }

        builder.Remove(concat);
        builder.Replace(node, [.. parts, concat with { Inputs = [.. inputs], Outputs = node.Outputs }]);
        foreach (Node part in parts) Cancel(builder, builder.Find(part.Name)!);
        return true;
    }

    /// <summary>Computes a node whose inputs are constants.</summary>
    private static void Fold(GraphBuilder builder, Node node)
    {
        if (node.Inputs.Any(i => i.Length > 0 && builder.ConstantOf(i) is null) || builder.TensorTypeOf(node.Outputs[0]) is not { IsStatic: true } type) return;
        ReferenceTensor?[] inputs = [.. node.Inputs.Select(i => i.Length == 0 ? null : ReferenceTensor.FromTensor(builder.ConstantOf(i)!))];
        if (type.Shape!.ElementCount > inputs.Sum(i => i?.Count ?? 0)) return;
        var evaluation = new EvaluationContext(node, inputs, [type]);
        OperatorTable.Find(node.Operator)!.Evaluate(evaluation);
        builder.Remove(node);
        builder.SetInitializer(node.Outputs[0], evaluation.Outputs[0]!.ToTensor());
    }

    private static bool HasOneScale(GraphBuilder builder, Node node)
        => builder.TensorTypeOf(node.Inputs[1]) is { IsStatic: true, Shape.ElementCount: 1, Shape.Rank: <= 1 } && node.Attributes.Int("block_size", 0) == 0
            && (!node.HasInput(2) || builder.TensorTypeOf(node.Inputs[2]) is { IsStatic: true, Shape.ElementCount: 1 });

    private static bool Same(GraphBuilder builder, string a, string b)
        => builder.ConstantOf(a) is { ElementType: ElementType.Float32, Length: 1 } x && builder.ConstantOf(b) is { ElementType: ElementType.Float32, Length: 1 } y
            && x.AsSpan<float>()[0].Equals(y.AsSpan<float>()[0]) && x.AsSpan<float>()[0] is > 1e-30f and < 1e30f;

    private static long? Zero(GraphBuilder builder, Node node) => node.HasInput(2) ? builder.Integers(node.Inputs[2])?[0] : 0;
}
