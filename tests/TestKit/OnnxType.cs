using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import.Proto;

namespace RedGen.TestKit;

/// <summary>The types of ONNX, for <see cref="OnnxGraphWriterBase{TSelf}"/>; maps and sparse tensors too, which the graph has not.</summary>
public sealed class OnnxType
{
    private OnnxType(TypeProto proto) => Proto = proto;

    internal TypeProto Proto { get; }

    /// <summary>A tensor of known rank.</summary>
    public static OnnxType Tensor(ElementType type, params OnnxDim[] dims)
        => new(new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = Shape(dims) } });

    /// <summary>A tensor of unknown rank.</summary>
    public static OnnxType TensorOfUnknownRank(ElementType type)
        => new(new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type } });

    /// <summary>A sequence.</summary>
    public static OnnxType Sequence(OnnxType element) => new(new TypeProto { SequenceType = new TypeProto.Types.Sequence { ElemType = element.Proto } });

    /// <summary>An optional.</summary>
    public static OnnxType Optional(OnnxType element) => new(new TypeProto { OptionalType = new TypeProto.Types.Optional { ElemType = element.Proto } });

    /// <summary>A map.</summary>
    public static OnnxType Map(ElementType key, OnnxType value)
        => new(new TypeProto { MapType = new TypeProto.Types.Map { KeyType = (int)key, ValueType = value.Proto } });

    /// <summary>A sparse tensor.</summary>
    public static OnnxType SparseTensor(ElementType type, params OnnxDim[] dims)
        => new(new TypeProto { SparseTensorType = new TypeProto.Types.SparseTensor { ElemType = (int)type, Shape = Shape(dims) } });

    private static TensorShapeProto Shape(OnnxDim[] dims)
    {
        var shape = new TensorShapeProto();
        foreach (OnnxDim dim in dims)
        {
            var proto = new TensorShapeProto.Types.Dimension();
            if (dim.Length is { } length) proto.DimValue = length;
            else if (dim.Symbol is not null) proto.DimParam = dim.Symbol;
            shape.Dim.Add(proto);
        }

        return shape;
    }
}
