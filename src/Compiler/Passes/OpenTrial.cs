using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;

namespace RedGen.Compiler.Passes;

/// <summary>A node inferred for one choice of its open lengths.</summary>
/// <param name="Choice">The lengths, by name.</param>
/// <param name="Types">The types of the outputs.</param>
/// <param name="Values">The elements of the outputs, where they follow from shapes alone and are few; null otherwise.</param>
internal sealed record OpenTrial(IReadOnlyDictionary<string, long> Choice, ImmutableArray<TensorType?> Types, long[]?[]? Values)
{
    /// <summary>Infers a node; null, and the problem, where the choice does not fit.</summary>
    public static OpenTrial? Run(
        Node node, Operator op, TensorType?[] types, Tensor?[] constants, SymbolicElements?[] elements, IReadOnlyDictionary<string, long> choice, out ModelException? problem)
    {
        problem = null;
        TensorType?[] known = [.. types.Select(t => t is null ? null : Close(t, choice))];
        Tensor?[] values = [.. constants.Select((c, i) => c ?? (elements[i] is { } e ? Close(e, i, choice) : null))];
        var context = new InferenceContext(node, known, values);
        try
        {
            op.Infer(context);
        }
        catch (ModelException refused)
        {
            problem = refused;
            return null;
        }

        ImmutableArray<TensorType?> outputs = [.. context.Outputs.Select(o => o as TensorType)];
        return outputs.Any(o => o is { IsStatic: false }) ? null : new OpenTrial(choice, outputs, Evaluate(node, op, known, values, outputs));
    }

    /// <summary>Operators that pass elements on as they are: only of these may it be said that an element is known because a few choices agree.</summary>
    private static readonly HashSet<string> Movers = new(StringComparer.Ordinal)
    {
        "Cast", "Concat", "Expand", "Flatten", "Gather", "Identity", "Reshape", "Shape", "Slice", "Split", "Squeeze", "Tile", "Transpose", "Unsqueeze",
    };

    /// <summary>The name under which choices give an unknown element of an input.</summary>
    public static string NameOf(int input, int element) => "#" + input.ToString(CultureInfo.InvariantCulture) + "." + element.ToString(CultureInfo.InvariantCulture);

    private static TensorType Close(TensorType type, IReadOnlyDictionary<string, long> choice)
        => type.IsStatic ? type : type with { Shape = new Shape([.. type.Shape!.Dimensions.Select(d => d.IsConstant ? d : new Dimension(choice[d.Open!.Name]))]) };

    private static Tensor Close(SymbolicElements elements, int input, IReadOnlyDictionary<string, long> choice)
    {
        long[] items = [.. elements.Items.Select((e, i) => e.Value ?? choice[e.Length?.Name ?? NameOf(input, i)])];
        return new ReferenceTensor(elements.Type.ElementType, elements.Type.Shape!.ToArray(), items).ToTensor();
    }

    /// <summary>The outputs' elements, where all inputs that matter are known.</summary>
    private static long[]?[]? Evaluate(Node node, Operator op, TensorType?[] types, Tensor?[] values, ImmutableArray<TensorType?> outputs)
    {
        if (node.Operator.Domain.Length > 0 || !Movers.Contains(node.Operator.Name) || !outputs.All(o => o is null || SymbolicElements.Describes(o))) return null;
        if (!op.DependsOnTypesOnly && values.Where((v, i) => node.HasInput(i) && (v is null || v.Length > SymbolicElements.MaxCount || !ElementCodec.Supports(v.ElementType))).Any()) return null;
        ReferenceTensor?[] inputs = [.. values.Select(v => v is null || op.DependsOnTypesOnly ? null : ReferenceTensor.FromTensor(v))];
        var evaluation = new EvaluationContext(node, inputs, [.. outputs], types);
        try
        {
            op.Evaluate(evaluation);
        }
        catch (Exception refused) when (refused is ModelException or ArgumentException or ArithmeticException)
        {
            return null;
        }

        return [.. evaluation.Outputs.Select(o => o?.ToIntegers())];
    }
}
