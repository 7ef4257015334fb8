using System.Collections.Immutable;

namespace RedGen.Compiler.Operators;

/// <summary>How often a formal input or output stands for an actual one.</summary>
public enum Arity
{
    /// <summary>Once.</summary>
    Required,

    /// <summary>Once or not at all.</summary>
    Optional,

    /// <summary>Any number of times, at least once; only the last one.</summary>
    Variadic,

    /// <summary>Any number of times, or not at all; only the last one.</summary>
    VariadicOrNone,
}

/// <summary>The kinds of attributes that schemas use.</summary>
public enum AttributeKind
{
    /// <summary>An integer.</summary>
    Int,

    /// <summary>A float.</summary>
    Float,

    /// <summary>A string.</summary>
    String,

    /// <summary>A list of integers.</summary>
    Ints,

    /// <summary>A list of floats.</summary>
    Floats,

    /// <summary>A list of strings.</summary>
    Strings,

    /// <summary>A tensor.</summary>
    Tensor,

    /// <summary>A sparse tensor, read as a dense one.</summary>
    SparseTensor,

    /// <summary>A graph.</summary>
    Graph,

    /// <summary>A type.</summary>
    Type,
}

/// <summary>A formal input or output.</summary>
/// <param name="Name">The name in the operator's specification.</param>
/// <param name="Types">The element types allowed.</param>
/// <param name="Arity">How often it may be given.</param>
/// <param name="Since">The first opset version that has it.</param>
public sealed record Parameter(string Name, TypeSet Types, Arity Arity = Arity.Required, int Since = 1);

/// <summary>A formal attribute.</summary>
/// <param name="Name">The name.</param>
/// <param name="Kind">The kind of its value.</param>
/// <param name="Since">The first opset version that has it.</param>
/// <param name="Until">The last opset version that has it.</param>
/// <param name="Required">Whether it must be given.</param>
public sealed record AttributeSpec(string Name, AttributeKind Kind, int Since = 1, int Until = int.MaxValue, bool Required = false);

/// <summary>The outer form of an operator: what the specification's tables say.</summary>
public sealed record OperatorSchema
{
    /// <summary>The operator's name.</summary>
    public required string Name { get; init; }

    /// <summary>The domain; empty for ai.onnx.</summary>
    public string Domain { get; init; } = "";

    /// <summary>The opset versions in which the operator was introduced or changed, ascending.</summary>
    public required ImmutableArray<int> Versions { get; init; }

    /// <summary>The formal inputs.</summary>
    public required ImmutableArray<Parameter> Inputs { get; init; }

    /// <summary>The formal outputs.</summary>
    public required ImmutableArray<Parameter> Outputs { get; init; }

    /// <summary>The formal attributes.</summary>
    public ImmutableArray<AttributeSpec> Attributes { get; init; } = [];

    /// <summary>What a user should know beyond the specification: limits, choices it leaves open. One sentence for docs/operators.md; empty where there is nothing to say.</summary>
    public string Notes { get; init; } = "";

    /// <summary>The operator's page in the ONNX specification, or in that of its domain.</summary>
    public string SpecificationUrl => Domain == "com.microsoft"
        ? "https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#" + Domain + "." + Name
        : "https://onnx.ai/onnx/operators/onnx_" + Domain.Replace(".", "") + "_" + Name + ".html";

    /// <summary>The version of the operator's definition in force in an opset; 0 where the opset is older than the operator.</summary>
    public int DefinitionIn(int opset)
    {
        int found = 0;
        foreach (int version in Versions)
            if (version <= opset) found = version;
        return found;
    }
}
