using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Elementwise;

/// <summary>Cast: to the type that an attribute names.</summary>
internal sealed class Cast : Conversion
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Cast",
        Versions = [1, 6, 9, 13, 19, 21, 23, 24, 25],
        Inputs = [new("input", Types)],
        Outputs = [new("output", Types)],
        // Before opset 6 the type was a word.
        Attributes = [new("to", AttributeKind.String, Until: 5, Required: true), new("to", AttributeKind.Int, Since: 6, Required: true), .. NarrowAttributes],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        ElementType type = context.Version < 6 ? TypeNamed(context.Attributes.String("to", "")) : (ElementType)System.Math.Max(-1, System.Math.Min(int.MaxValue, context.Attributes.Int("to", 0)));
        if (!ElementTypes.IsDefined(type)) throw context.Unsupported("to", "it names no element type");
        if (!Types.Contains(type)) throw context.WrongType("a conversion to " + type.Name() + " is not supported: generated code has no such elements; end the model before it");
        InferOutput(context, type);
    }

    private static ElementType TypeNamed(string name) => name.ToUpperInvariant() switch
    {
        "FLOAT" => ElementType.Float32,
        "DOUBLE" => ElementType.Float64,
        "FLOAT16" => ElementType.Float16,
        "BFLOAT16" => ElementType.BFloat16,
        "BOOL" => ElementType.Bool,
        "INT8" => ElementType.Int8,
        "INT16" => ElementType.Int16,
        "INT32" => ElementType.Int32,
        "INT64" => ElementType.Int64,
        "UINT8" => ElementType.UInt8,
        "UINT16" => ElementType.UInt16,
        "UINT32" => ElementType.UInt32,
        "UINT64" => ElementType.UInt64,
        _ => ElementType.Undefined,
    };
}

/// <summary>CastLike: to the type of the second input, whose elements do not matter.</summary>
internal sealed class CastLike : Conversion
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "CastLike",
        Versions = [15, 19, 21, 23, 24, 25],
        Inputs = [new("input", Types), new("target_type", Types)],
        Outputs = [new("output", Types)],
        Attributes = NarrowAttributes,
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context) => InferOutput(context, context.Type(1));
}
