using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.VnnLib;

/// <summary>An input or output that a property declares.</summary>
/// <param name="Name">Its name in the property.</param>
/// <param name="IsInput">Whether it is an input.</param>
/// <param name="Shape">Its shape; none: a scalar.</param>
/// <param name="Start">Its first element among those of all networks' inputs, or outputs.</param>
internal sealed record VnnTensor(string Name, bool IsInput, ImmutableArray<int> Shape, int Start)
{
    /// <summary>The number of elements.</summary>
    public int Length => (int)Shape.Aggregate(1L, static (a, d) => Math.Min(int.MaxValue, a * d));
}

/// <summary>
/// A network that a property of VNN-LIB 2.0 declares: <c>(declare-network f (declare-input X float32 [1,5]) (declare-output Y float32 [1,5]))</c>,
/// the same as an earlier one (<c>(equal-to f)</c>), or one that differs from it in its weights only (<c>(isomorphic-to f)</c>).
/// </summary>
/// <param name="Name">The name.</param>
/// <param name="EqualTo">The network that it is; empty: one of its own.</param>
/// <param name="IsomorphicTo">The network that it has the structure of; empty: none is named.</param>
/// <param name="Tensors">The inputs and outputs in the order of the file.</param>
/// <param name="At">Where it stands.</param>
internal sealed record VnnNetwork(string Name, string EqualTo, string IsomorphicTo, ImmutableArray<VnnTensorDeclaration> Tensors, VnnExpression At)
{
    private static readonly string[] OtherTypes = ["float16", "float64", "bfloat16", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool", "complex64", "complex128", "string"];

    /// <summary>Reads a declaration.</summary>
    public static VnnNetwork Read(VnnExpression declaration)
    {
        if (declaration.Items.Count < 3 || declaration.Items[1].Word is not { } name) throw Error(declaration, "the form is (declare-network f (declare-input X float32 [1,5]) (declare-output Y float32 [1,5]))");
        (string equal, string isomorphic) = ("", "");
        ImmutableArray<VnnTensorDeclaration>.Builder tensors = ImmutableArray.CreateBuilder<VnnTensorDeclaration>();
        foreach (VnnExpression part in declaration.Items.Skip(2))
        {
            switch (part.Head)
            {
                case "declare-input" or "declare-output":
                    tensors.Add(Tensor(part));
                    break;
                case "equal-to" when equal.Length + isomorphic.Length == 0:
                    equal = Other(part);
                    break;
                case "isomorphic-to" when equal.Length + isomorphic.Length == 0:
                    isomorphic = Other(part);
                    break;
                case "equal-to" or "isomorphic-to":
                    throw Error(part, "network '" + name + "' is compared with two others; one can be named");
                case "declare-hidden":
                    throw Error(part, "hidden values are not supported: RedGen compiles a network as a whole, and only its inputs and outputs can be named");
                default:
                    throw Error(part, "'" + (part.Word ?? part.Head) + "' is not supported in a network's declaration");
            }
        }

        return new VnnNetwork(name, equal, isomorphic, tensors.ToImmutable(), declaration);
    }

    /// <summary>Matches the declaration with a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">The input elements of the networks before this one.</param>
    /// <param name="outputs">The output elements of those.</param>
    /// <returns>The tensors, by their places among the elements of all networks.</returns>
    public IEnumerable<VnnTensor> Match(NetworkSignature model, int inputs, int outputs)
    {
        foreach (VnnTensor tensor in Match(isInput: true, model.Inputs, inputs)) yield return tensor;
        foreach (VnnTensor tensor in Match(isInput: false, model.Outputs, outputs)) yield return tensor;
    }

    private IEnumerable<VnnTensor> Match(bool isInput, ImmutableArray<TensorSignature> model, int start)
    {
        VnnTensorDeclaration[] declared = [.. Tensors.Where(t => t.IsInput == isInput)];
        string what = isInput ? " inputs" : " outputs";
        if (declared.Length != model.Length) throw Error(At, FormattableString.Invariant($"network '{Name}' is declared with {declared.Length}{what}, the model has {model.Length}: ") + string.Join(", ", model.Select(static t => t.Name + " " + t)));
        foreach (VnnTensorDeclaration other in declared.Where(d => d.ModelName.Length > 0 && !model.Any(m => m.Name == d.ModelName)))
            throw Error(other.At, "the model has no" + what.TrimEnd('s') + " '" + other.ModelName + "'; it has " + string.Join(", ", model.Select(static t => t.Name)));
        for (int k = 0; k < model.Length; k++)
        {
            // By the model's names where they are given, otherwise in order.
            VnnTensorDeclaration own = declared.FirstOrDefault(d => d.ModelName == model[k].Name) ?? declared[k];
            if (own.ModelName.Length > 0 && own.ModelName != model[k].Name) throw Error(own.At, "name all" + what + " as the model does, each once, or none");
            if (!model[k].Fits(own.Shape)) throw Error(own.At, "'" + own.Name + "' is declared as [" + string.Join(",", own.Shape) + "], the model has '" + model[k].Name + "' as " + model[k]);
            yield return new VnnTensor(own.Name, isInput, own.Shape, start);
            start += model[k].Length;
        }
    }

    private static VnnTensorDeclaration Tensor(VnnExpression part)
    {
        if (part.Items.Count is not (4 or 5) || part.Items[1].Word is not { } name || part.Items[2].Word is not { } type || part.Items[3].Word is not { } shape)
            throw Error(part, "the form is (" + part.Head + " X float32 [1,5])");
        if (OtherTypes.Contains(type.ToLowerInvariant(), StringComparer.Ordinal)) throw Error(part.Items[2], "element type " + type + " is not supported; RedGen verifies float32 networks");
        if (type is not ("float32" or "Real" or "real")) throw Error(part.Items[2], "'" + type + "' is not an element type; float32 and real are supported");
        string model = part.Items.Count == 5 ? part.Items[4].Word?.Trim('"') ?? "" : "";
        if (part.Items.Count == 5 && model.Length == 0) throw Error(part.Items[4], "the name of the model's " + (part.Head == "declare-input" ? "input" : "output") + " is expected");
        if (name.IndexOfAny(['[', ']', '"']) >= 0) throw Error(part.Items[1], "'" + name + "' is no name");
        return new VnnTensorDeclaration(name, part.Head == "declare-input", Indices(shape) ?? throw Error(part.Items[3], "'" + shape + "' is no shape such as [1,5]"), model, part);
    }

    private static string Other(VnnExpression part)
        => part.Items.Count == 2 && part.Items[1].Word is { } name ? name : throw Error(part, "the form is (" + part.Head + " f)");

    /// <summary>The numbers of <c>[1,5]</c>; null for other texts.</summary>
    public static ImmutableArray<int>? Indices(string text)
    {
        if (text.Length < 2 || text[0] != '[' || text[text.Length - 1] != ']') return null;
        string inner = text.Substring(1, text.Length - 2).Trim();
        if (inner.Length == 0) return ImmutableArray<int>.Empty;
        string[] parts = inner.Split(',');
        var result = new int[parts.Length];
        for (int i = 0; i < parts.Length; i++)
            if (!int.TryParse(parts[i].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out result[i])) return null;
        return [.. result];
    }

    private static PropertyException Error(VnnExpression at, string message) => new(message, at.Line, at.Column);
}

/// <summary>An input or output as a declaration names it.</summary>
/// <param name="Name">Its name in the property.</param>
/// <param name="IsInput">Whether it is an input.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="ModelName">Its name in the model; empty where the order tells.</param>
/// <param name="At">Where it stands.</param>
internal sealed record VnnTensorDeclaration(string Name, bool IsInput, ImmutableArray<int> Shape, string ModelName, VnnExpression At);
