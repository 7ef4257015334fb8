using System.Collections.Immutable;
using RedGen.Compiler.Plan.Costs;
using Xunit;

namespace RedGen.Compiler.Tests.Plan;

/// <summary>Tables of what kernels take.</summary>
public class CostTableTests
{
    private static readonly CostTable Table = new("a machine", 100, ImmutableSortedDictionary<string, KernelCost>.Empty.Add("Conv", new KernelCost(100, 10, 1) { NanosecondsPerKilotransform = 7, NanosecondsPerFarKilobyte = 3 }).Add("Conv.Simd", new KernelCost(50, 5, 0.5)));

    [Fact]
    public void A_table_is_the_same_after_writing_and_reading()
    {
        CostTable read = CostTable.Read(Table.Write(), out string problem)!;
        Assert.Equal("", problem);
        Assert.Equal((Table.Machine, Table.GigaflopsPerSecond), (read.Machine, read.GigaflopsPerSecond));
        Assert.Equal(Table.Kernels, read.Kernels);
        Assert.Equal(25, CostTable.Read((Table with { NanosecondsPerMemoryKilobyte = 25 }).Write(), out _)!.NanosecondsPerMemoryKilobyte);
        Assert.Equal(Table.Write(), read.Write());
    }

    [Theory]
    [InlineData("Conv.Simd", 50)]
    [InlineData("Conv.Simd.Expanded", 50)]
    [InlineData("Conv.Depthwise", 100)]
    public void A_kernel_without_a_row_takes_that_of_its_family(string kernel, double nanoseconds)
        => Assert.Equal(nanoseconds, Table.CostOf(kernel)!.Nanoseconds);

    [Fact]
    public void An_unknown_kernel_has_no_cost() => Assert.Null(Table.CostOf("Gemm"));

    [Fact]
    public void Call_multiply_adds_bytes_and_transforms_add_up()
    {
        var work = new StepWork(3000, 2048);
        Assert.Equal((100 + (10 * 3) + (1 * 2)) / 1000.0, Table.CostOf("Conv")!.Microseconds(work), 12);
        Assert.Equal((100 + (10 * 3) + (1 * 2) + (7 * 4) + (3 * 512)) / 1000.0, Table.CostOf("Conv")!.Microseconds(work with { Transformed = 4000, Weights = 512 * 1024 }), 12);
    }

    [Fact]
    public void A_part_of_the_shorter_of_computing_and_memory_is_added_to_the_longer()
    {
        CostTable table = Table with { NanosecondsPerMemoryKilobyte = 2 };
        StepWork near = new StepWork(0, 20 << 20) { Weights = 20 << 20 };
        double computing = table.CostOf("Conv")!.Microseconds(near), memory = 2 * 20 * 1024 / 1000.0;
        Assert.Equal(computing, table.Microseconds("Conv", near)!.Value, 9);
        Assert.Equal(computing + (0.3 * memory), table.Microseconds("Conv", near.Within(0))!.Value, 9);
        CostTable slow = Table with { NanosecondsPerMemoryKilobyte = 2000 };
        Assert.Equal((1000 * memory) + (0.3 * computing), slow.Microseconds("Conv", near.Within(0))!.Value, 6);
    }

    [Theory]
    [InlineData(1 << 20, 1 << 20, false)]
    [InlineData(1 << 20, 17 << 20, true)]
    [InlineData(9 << 20, 9 << 20, true)]
    public void Weights_come_from_memory_where_the_layer_or_the_network_has_more_than_caches(int weights, int constants, bool isFar)
        => Assert.Equal(isFar ? weights : 0, new StepWork(1, weights) { Weights = weights }.Within(constants).MemoryBytes);

    [Fact]
    public void What_a_table_does_not_know_is_scaled_from_the_table_of_x64()
    {
        var work = new StepWork(100_000, 4096);
        Assert.Equal(CostTable.X64.Microseconds("Gemm", work)!.Value * CostTable.X64.GigaflopsPerSecond / 100, Table.Microseconds("Gemm", work)!.Value, 9);
        Assert.Null(Table.Microseconds("Nothing", work));
    }

    [Theory]
    [InlineData("", "it is not the JSON")]
    [InlineData("[1]", "it is not the JSON")]
    [InlineData("{\"format\": 1}", "not this version's")]
    [InlineData("{\"format\": 2, \"kernels\": {\"Conv\": {\"nanoseconds\": -1}}}", "are no times")]
    [InlineData("{\"format\": 2, \"nanosecondsPerMemoryKilobyte\": -1}", "is no time")]
    [InlineData("{\"format\": 2, \"kernels\": {\"Conv\": {\"nanoseconds\": \"NaN\"}}}", "are no times")]
    public void What_is_no_table_is_refused_with_the_reason(string text, string reason)
    {
        Assert.Null(CostTable.Read(text, out string problem));
        Assert.Contains(reason, problem);
    }

    [Fact]
    public void The_tables_that_come_with_RedGen_know_the_common_kernels()
    {
        foreach (CostTable table in new[] { CostTable.X64, CostTable.X64Narrow, CostTable.Arm64 })
        {
            Assert.True(table.GigaflopsPerSecond > 0, table.Machine);
            foreach (string kernel in new[] { "ChannelsLast.Direct", "ChannelsLast.PlainInput", "ChannelsLast.Pointwise", "ChannelsLast.Winograd.4x4", "ChannelsLast.Winograd.1x2", "ChannelsLast.Depthwise", "Conv.Simd", "Conv.Depthwise", "ChannelsLast.Pool", "Pool.Simd", "ToChannelsLast", "ToChannelsFirst", "ChannelsLast.ShortRows", "Gemm", "Dense.Blocks", "Elementwise.Lanes" }) Assert.NotNull(table.CostOf(kernel));
        }
    }
}
