using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import;
using RedGen.TestKit;
using Xunit;
using static RedGen.Compiler.Tests.Import.Reading;

namespace RedGen.Compiler.Tests.Import;

public sealed class ExternalDataTests
{
    private static readonly byte[] File = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    private static (Model? Model, Diagnostic[] Diagnostics, List<string> Asked) ReadWith(params (string Key, string Value)[] external)
    {
        var asked = new List<string>();
        OnnxModelWriter writer = new OnnxModelWriter()
            .ExternalInitializer("w", ElementType.Float32, [2, 2], external)
            .ExternalInitializer("v", ElementType.UInt8, [4], external.Where(e => e.Key != "length").ToArray())
            .Output("w");
        ModelSource source = writer.ToSource() with
        {
            ReadExternal = path =>
            {
                asked.Add(path);
                return path == "data/w.bin" ? File : (ReadOnlyMemory<byte>?)null;
            },
        };
        (Model? model, Diagnostic[] diagnostics) = Read(source);
        return (model, diagnostics, asked);
    }

    [Theory]
    [InlineData("data/w.bin")]
    [InlineData("./data//w.bin")]
    public void Offset_and_length_cut_the_file_and_it_is_read_once(string location)
    {
        (Model? model, Diagnostic[] diagnostics, List<string> asked) = ReadWith(("location", location), ("offset", "4"), ("length", "16"), ("checksum", "ignored"));
        Assert.Empty(diagnostics);
        Assert.Equal(["data/w.bin"], asked);
        Assert.Equal(File[4..20], model!.Graph.Initializers["w"].Data.ToArray());
        Assert.Equal(File[4..8], model.Graph.Initializers["v"].Data.ToArray());
    }

    [Theory]
    [InlineData("../w.bin")]
    [InlineData("data/../../w.bin")]
    [InlineData("data/..")]
    [InlineData("/etc/passwd")]
    [InlineData("//server/share")]
    [InlineData("\\\\server\\share")]
    [InlineData("..\\w.bin")]
    [InlineData("data\\w.bin")]
    [InlineData("C:/w.bin")]
    [InlineData("C:w.bin")]
    [InlineData("w.bin:stream")]
    [InlineData(".. /w.bin")]
    [InlineData("... /w.bin")]
    [InlineData("w\0.bin")]
    [InlineData("")]
    [InlineData(".")]
    public void Paths_that_leave_the_folder_are_refused_and_never_asked_for(string location)
    {
        (Model? model, Diagnostic[] diagnostics, List<string> asked) = ReadWith(("location", location));
        Assert.Null(model);
        Assert.All(diagnostics, d => Assert.Equal("RG0014", d.Id));
        Assert.Contains("'w'", diagnostics[0].Message, StringComparison.Ordinal);
        Assert.Empty(asked);
    }

    [Fact]
    public void A_location_is_needed() => Assert.All(ReadWith().Diagnostics, d => Assert.Equal("RG0014", d.Id));

    [Theory]
    [InlineData("20", "16")]
    [InlineData("33", "16")]
    [InlineData("9223372036854775807", "16")]
    [InlineData("99999999999999999999", "16")]
    [InlineData("-1", "16")]
    [InlineData("0", "15")]
    [InlineData("0", "many")]
    public void What_does_not_fit_the_file_or_the_shape_is_refused(string offset, string length)
    {
        (Model? model, Diagnostic[] diagnostics, _) = ReadWith(("location", "data/w.bin"), ("offset", offset), ("length", length));
        Assert.Null(model);
        Assert.Contains(diagnostics, d => d.Id == "RG0014" && d.Message.Contains("'w'", StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        (Model? model, Diagnostic[] diagnostics, _) = ReadWith(("location", "other.bin"));
        Assert.Null(model);
        Assert.All(diagnostics, d => Assert.Equal("RG0001", d.Id));
        Assert.Contains("other.bin", diagnostics[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_that_cannot_read_is_a_diagnostic()
    {
        ModelSource source = new OnnxModelWriter().ExternalInitializer("w", ElementType.Float32, [1], ("location", "w.bin")).Output("w").ToSource();
        var bag = new DiagnosticBag();
        Assert.Null(OnnxReader.Read(source with { ReadExternal = _ => throw new IOException("disk on fire") }, bag, default));
        Assert.Contains("disk on fire", Assert.Single(bag.ToImmutable()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Strings_cannot_be_external()
        => Fails("RG0014", new OnnxModelWriter().ExternalInitializer("w", ElementType.String, [1], ("location", "data/w.bin")).Output("w"));
}
