using System;
using System.Collections.Immutable;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import.Proto;

namespace RedGen.Compiler.Import;

/// <summary>Sparse tensors become dense: nothing behind import knows them.</summary>
internal static class SparseTensorReader
{
    /// <summary>Reads and fills up a sparse tensor.</summary>
    /// <exception cref="ModelException">The tensor contradicts itself, or would grow beyond the file's budget.</exception>
    public static Tensor Read(SparseTensorProto proto, string what, ReadContext context)
    {
        if (proto.Values is null) throw ReadContext.Malformed(what, "is sparse and has no values");
        ImmutableArray<int> dimensions = TensorReader.Dimensions(proto.Dims, what, out int count);
        Tensor values = TensorReader.Read(proto.Values, what, context);
        int width = values.ElementType.Bits() / 8;
        if (width == 0) throw new ModelException(DiagnosticCatalog.UnsupportedType.With(what, "sparse tensors of " + values.ElementType.Name() + " are not supported"));
        if (values.Dimensions.Length > 1) throw ReadContext.Malformed(what, "has sparse values of " + values.Shape + " instead of a list");
        long bytes = (long)count * width;
        context.Expand(what, bytes);
        if (bytes > int.MaxValue) throw new ModelException(DiagnosticCatalog.TooLarge.With(what, "it has " + ReadContext.Text(bytes) + " bytes, more than 2^31"));
        var data = new byte[bytes];
        if (values.Length > 0) Scatter(values, Indices(proto, what, context), dimensions, data, width, what);
        return new Tensor(values.ElementType, dimensions, data);
    }

    private static Tensor Indices(SparseTensorProto proto, string what, ReadContext context)
    {
        if (proto.Indices is null) throw ReadContext.Malformed(what, "is sparse and has no indices");
        Tensor indices = TensorReader.Read(proto.Indices, "the indices of " + what, context);
        return indices.ElementType == ElementType.Int64 ? indices : throw ReadContext.Malformed(what, "has indices that are not int64");
    }

    private static void Scatter(Tensor values, Tensor indices, ImmutableArray<int> dimensions, byte[] data, int width, string what)
    {
        int rank = dimensions.Length;
        bool isLinear = indices.Dimensions.Length == 1;
        bool fits = isLinear ? indices.Length == values.Length
            : indices.Dimensions.Length == 2 && indices.Dimensions[0] == values.Length && indices.Dimensions[1] == rank;
        if (!fits) throw ReadContext.Malformed(what, "has indices of " + indices.Shape + " for " + values.Shape + " values and rank " + ReadContext.Text(rank));
        ReadOnlySpan<long> places = indices.AsSpan<long>();
        ReadOnlySpan<byte> source = values.Data.Span;
        int elements = data.Length / width;
        for (int i = 0; i < values.Length; i++)
        {
            long place = isLinear ? places[i] : Linear(places.Slice(i * rank, rank), dimensions);
            if (place < 0 || place >= elements) throw ReadContext.Malformed(what, "has a sparse index beyond its shape");
            source.Slice(i * width, width).CopyTo(data.AsSpan((int)place * width));
        }
    }

    private static long Linear(ReadOnlySpan<long> coordinates, ImmutableArray<int> dimensions)
    {
        long place = 0;
        for (int axis = 0; axis < dimensions.Length; axis++)
        {
            if (coordinates[axis] < 0 || coordinates[axis] >= dimensions[axis]) return -1;
            place = (place * dimensions[axis]) + coordinates[axis];
        }

        return place;
    }
}
