using System;
using System.Linq;
using System.Text;
using RedGen.Cli.Data;
using RedGen.Compiler.Graphs;
using Xunit;

namespace RedGen.Cli.Tests;

public sealed class NpyFileTests
{
    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.Float64)]
    [InlineData(ElementType.Float16)]
    [InlineData(ElementType.Int8)]
    [InlineData(ElementType.Int16)]
    [InlineData(ElementType.Int32)]
    [InlineData(ElementType.Int64)]
    [InlineData(ElementType.UInt8)]
    [InlineData(ElementType.UInt16)]
    [InlineData(ElementType.UInt32)]
    [InlineData(ElementType.UInt64)]
    [InlineData(ElementType.Bool)]
    public void What_is_written_is_read(ElementType type)
    {
        foreach (int[] shape in new int[][] { [], [3], [2, 3], [0, 4], [2, 1, 3] })
        {
            int count = shape.Aggregate(1, static (a, d) => a * d);
            byte[] data = [.. Enumerable.Range(0, count * type.Bytes()).Select(i => (byte)(type == ElementType.Bool ? i % 2 : i))];
            byte[] file = NpyFile.Format(new Tensor(type, [.. shape], data));
            Assert.Equal(0, (file.Length - data.Length) % 64);
            Tensor read = NpyFile.Parse(file);
            Assert.Equal(new TensorType(type, Shape.Of(shape)), read.Type);
            Assert.Equal(data, read.Data.ToArray());
        }
    }

    [Fact]
    public void The_header_is_numpys()
    {
        string text = Encoding.Latin1.GetString(NpyFile.Format(Tensor.Of([1f, 2f], 2)));
        Assert.Contains("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", text);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void All_versions_are_read(int version)
    {
        Tensor tensor = NpyFile.Parse(File(version, "{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }", [1, 0, 2, 0]));
        Assert.Equal([1, 2], tensor.AsSpan<short>().ToArray().Select(static s => (int)s));
    }

    [Fact]
    public void Fortran_order_and_big_endian_are_converted()
    {
        byte[] data = [0, 1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 6];
        Tensor tensor = NpyFile.Parse(File(1, "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }", data));
        Assert.Equal([1, 2, 3, 4, 5, 6], tensor.AsSpan<short>().ToArray().Select(static s => (int)s));
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "truncated")]
    [InlineData("{'descr': '<U4', 'fortran_order': False, 'shape': (1,), }", "dtype '<U4'")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "malformed")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "malformed")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999, 99999, 99999), }", "too many elements")]
    [InlineData("", "malformed")]
    public void What_cannot_be_read_says_why(string header, string message)
        => Assert.Contains(message, Assert.Throws<NpyException>(() => NpyFile.Parse(File(1, header, [1, 2, 3, 4]))).Message);

    [Fact]
    public void Truncated_files_are_refused()
    {
        byte[] file = NpyFile.Format(Tensor.Of([1f, 2f], 2));
        for (int length = 0; length < file.Length; length++)
            Assert.Throws<NpyException>(() => NpyFile.Parse(file.AsMemory(0, length)));
    }

    private static byte[] File(int version, string header, byte[] data)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        byte[] length = version == 1 ? [(byte)text.Length, 0] : [(byte)text.Length, 0, 0, 0];
        return [0x93, .. "NUMPY"u8, (byte)version, 0, .. length, .. text, .. data];
    }
}
