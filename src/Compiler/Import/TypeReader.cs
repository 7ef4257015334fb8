using System.Collections.Immutable;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import.Proto;

namespace RedGen.Compiler.Import;

/// <summary>Types as the file states them.</summary>
internal static class TypeReader
{
    /// <summary>Reads a type; null where the file states none, or one that RedGen has no value for.</summary>
    /// <param name="proto">The type, or null.</param>
    /// <param name="what">What messages call the value.</param>
    /// <param name="context">The file's context; null: a type that RedGen cannot hold is no problem here.</param>
    public static ValueType? Read(TypeProto? proto, string what, ReadContext? context)
    {
        switch (proto?.ValueCase)
        {
            case TypeProto.ValueOneofCase.TensorType:
                return ReadTensor(proto.TensorType, what, context);
            case TypeProto.ValueOneofCase.SequenceType:
                return Read(proto.SequenceType.ElemType, what, context) is { } element ? new SequenceType(element) : null;
            case TypeProto.ValueOneofCase.OptionalType:
                return Read(proto.OptionalType.ElemType, what, context) is { } inner ? new OptionalType(inner) : null;
            case TypeProto.ValueOneofCase.MapType: return Unsupported("a map", what, context);
            case TypeProto.ValueOneofCase.SparseTensorType: return Unsupported("a sparse tensor", what, context);
            case TypeProto.ValueOneofCase.OpaqueType: return Unsupported("of an opaque type", what, context);
            default: return null;
        }
    }

    private static TensorType? ReadTensor(TypeProto.Types.Tensor proto, string what, ReadContext? context)
    {
        var elementType = (ElementType)proto.ElemType;
        if (elementType != ElementType.Undefined && !ElementTypes.IsDefined(elementType))
        {
            context?.Report(DiagnosticCatalog.UnsupportedType.With(what, "element type " + ReadContext.Text(proto.ElemType) + " is unknown"));
            elementType = ElementType.Undefined;
        }

        Shape? shape = proto.Shape is null ? null : ReadShape(proto.Shape);
        return elementType == ElementType.Undefined && shape is null ? null : new TensorType(elementType, shape);
    }

    private static Shape ReadShape(TensorShapeProto proto)
    {
        ImmutableArray<Dimension>.Builder dimensions = ImmutableArray.CreateBuilder<Dimension>(proto.Dim.Count);
        foreach (TensorShapeProto.Types.Dimension dim in proto.Dim)
        {
            // Some exporters write -1 for a length that they do not know.
            bool isLength = dim.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue && dim.DimValue >= 0;
            dimensions.Add(isLength ? new Dimension(dim.DimValue) : Dimension.Symbolic(dim.HasDimParam ? dim.DimParam : null));
        }

        return new Shape(dimensions.MoveToImmutable());
    }

    private static ValueType? Unsupported(string kind, string what, ReadContext? context)
    {
        context?.Report(DiagnosticCatalog.UnsupportedValue.With(what, "it is " + kind + ", which RedGen does not support"));
        return null;
    }
}
