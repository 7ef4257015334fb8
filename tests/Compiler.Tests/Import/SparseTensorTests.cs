using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;
using static RedGen.Compiler.Tests.Import.Reading;

namespace RedGen.Compiler.Tests.Import;

public sealed class SparseTensorTests
{
    private static OnnxModelWriter Sparse(Tensor values, Tensor indices, params int[] dimensions)
        => new OnnxModelWriter().SparseInitializer("w", values, indices, dimensions).Output("w");

    [Fact]
    public void Linear_indices_fill_a_dense_tensor()
    {
        Tensor read = Valid(Sparse(Tensor.Of([5f, 7f], 2), Tensor.Of([1L, 4L], 2), 2, 3)).Graph.Initializers["w"];
        Assert.Equal([0f, 5f, 0f, 0f, 7f, 0f], read.AsSpan<float>().ToArray());
    }

    [Fact]
    public void Coordinates_fill_a_dense_tensor()
    {
        Tensor read = Valid(Sparse(Tensor.Of([5f, 7f], 2), Tensor.Of([0L, 1L, 1L, 2L], 2, 2), 2, 3)).Graph.Initializers["w"];
        Assert.Equal([0f, 5f, 0f, 0f, 0f, 7f], read.AsSpan<float>().ToArray());
    }

    [Fact]
    public void Contradictions_are_malformed()
    {
        Fails("RG0004", Sparse(Tensor.Of([5f], 1), Tensor.Of([6L], 1), 2, 3));
        Fails("RG0004", Sparse(Tensor.Of([5f], 1), Tensor.Of([-1L], 1), 2, 3));
        Fails("RG0004", Sparse(Tensor.Of([5f], 1), Tensor.Of([1L, 2L], 2), 2, 3));
        Fails("RG0004", Sparse(Tensor.Of([5f], 1), Tensor.Of([0L, 3L], 1, 2), 2, 3));
        Fails("RG0004", Sparse(Tensor.Of([5f], 1, 1), Tensor.Of([0L], 1), 2, 3));
        Fails("RG0004", Sparse(Tensor.Of([5f], 1), Tensor.FromSpan<int>(ElementType.Int32, [0], 1), 2, 3));
        Fails("RG0004", Edit(Sparse(Tensor.Of([5f], 1), Tensor.Of([0L], 1), 2), m => m.Graph.SparseInitializer[0].Indices = null));
    }

    [Fact]
    public void A_small_file_cannot_grow_without_bounds()
    {
        Fails("RG0015", Sparse(Tensor.Of([5f], 1), Tensor.Of([0L], 1), 1 << 15, 1 << 15));
        OnnxModelWriter many = new OnnxModelWriter();
        for (int i = 0; i < 100; i++) many.SparseInitializer("w" + i, Tensor.Of([5f], 1), Tensor.Of([0L], 1), 1 << 20);
        Assert.All(Read(many).Diagnostics, d => Assert.Equal("RG0015", d.Id));
    }

    [Fact]
    public void Types_that_share_bytes_are_not_supported()
        => Fails("RG0008", Sparse(new Tensor(ElementType.Int4, [1], new byte[1]), Tensor.Of([0L], 1), 2));
}
