using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.IO;
using System.Linq;
using RedGen.Cli.Output;

namespace RedGen.Cli.Firmware;

/// <summary>One prediction on the board.</summary>
/// <param name="Outputs">The bytes of each output.</param>
/// <param name="Instructions">Instructions that the call took, in steps of <see cref="Cpu.InstructionsPerTick"/>.</param>
/// <param name="StackBytes">Bytes of stack that the call wrote to.</param>
internal sealed record BoardRun(ImmutableArray<byte[]> Outputs, long Instructions, int StackBytes);

/// <summary>An object file linked with the start-up code of examples/Firmware, which runs in QEMU.</summary>
/// <param name="Firmware">The object file.</param>
/// <param name="Cpu">The core.</param>
/// <param name="ElfFile">The program.</param>
/// <param name="MapFile">The linker's map.</param>
internal sealed record BoardProgram(FirmwareResult Firmware, Cpu Cpu, string ElfFile, string MapFile)
{
    /// <summary>The programs that <see cref="Link"/> and <see cref="Run"/> need.</summary>
    public static ImmutableArray<string> Tools => [CrossTools.Gcc, CrossTools.Linker, CrossTools.ObjectCopy, CrossTools.ObjectDump, CrossTools.Qemu];

    /// <summary>Links the program.</summary>
    /// <exception cref="ToolException">A tool is missing or fails.</exception>
    public static BoardProgram Link(FirmwareResult firmware, Cpu cpu)
    {
        CrossTools.Require(CrossTools.Gcc);
        string folder = Directory.CreateDirectory(Path.Combine(firmware.Folder, "board")).FullName;
        foreach ((string name, string text) in MicroLibrary.BoardFiles) File.WriteAllText(Path.Combine(folder, name), text);
        string elf = Path.Combine(folder, firmware.Interface.Stem + ".elf"), map = Path.ChangeExtension(elf, ".map");
        CrossTools.Run(CrossTools.Gcc,
        [
            .. cpu.GccFlags, "-Os", "-Wall", "-Wextra", "-ffreestanding", "-nostdlib", "-nostartfiles",
            "-I" + Path.GetFullPath(firmware.Folder), "-DMODEL_HEADER=\"" + firmware.Interface.Stem + ".h\"", "-DMODEL=" + firmware.Interface.Stem.ToUpperInvariant(),
            string.Create(CultureInfo.InvariantCulture, $"-DINSTRUCTIONS_PER_TICK={cpu.InstructionsPerTick}"),
            "start.c", "main.c", Path.GetFullPath(firmware.ObjectFile), "-lgcc", "-T", "board.ld", "-Wl,-Map=" + map, "-Wl,--no-warn-rwx-segments",
            string.Create(CultureInfo.InvariantCulture, $"-Wl,--defsym=FLASH_ORIGIN=0x{cpu.FlashOrigin:x}"), string.Create(CultureInfo.InvariantCulture, $"-Wl,--defsym=RAM_ORIGIN=0x{cpu.RamOrigin:x}"),
            "-o", elf,
        ], folder);
        return new(firmware, cpu, elf, map);
    }

    /// <summary>Runs the model on inputs, one after the other in one start of the board.</summary>
    /// <param name="inputs">The bytes of every input of each run.</param>
    /// <exception cref="ToolException">QEMU is missing, or the program stops with an error.</exception>
    public ImmutableArray<BoardRun> Run(IReadOnlyList<byte[][]> inputs)
    {
        CrossTools.Require(CrossTools.Qemu);
        string folder = Path.GetDirectoryName(ElfFile)!;
        string outputs = Path.Combine(folder, "outputs.bin");
        File.Delete(outputs);
        using (FileStream stream = File.Create(Path.Combine(folder, "inputs.bin")))
            foreach (byte[][] run in inputs) stream.Write(Pack(run));
        (int code, string text, string error) = CrossTools.TryRun(CrossTools.Qemu,
            ["-M", Cpu.Machine, "-display", "none", "-monitor", "none", "-serial", "none", "-icount", "shift=0", "-semihosting-config", "enable=on,target=native", "-kernel", ElfFile], folder);
        if (code != 0) throw new ToolException("the program stopped in QEMU: " + (error + text).ReplaceLineEndings(" "));
        return Read(File.ReadAllBytes(outputs), inputs.Count);
    }

    private static byte[] Pack(byte[][] buffers)
    {
        var packed = new byte[buffers.Sum(static b => Aligned(b.Length))];
        int offset = 0;
        foreach (byte[] buffer in buffers)
        {
            buffer.CopyTo(packed, offset);
            offset += Aligned(buffer.Length);
        }

        return packed;
    }

    private ImmutableArray<BoardRun> Read(byte[] bytes, int count)
    {
        ImmutableArray<DeviceBuffer> outputs = Firmware.Interface.Outputs;
        int record = outputs.Sum(static o => Aligned(o.Bytes)) + 8;
        if (bytes.Length != record * count) throw new ToolException(string.Create(CultureInfo.InvariantCulture, $"the board gave {bytes.Length / record} of {count} predictions"));
        ImmutableArray<BoardRun>.Builder runs = ImmutableArray.CreateBuilder<BoardRun>(count);
        for (int start = 0; start < bytes.Length; start += record)
        {
            int at = start;
            ImmutableArray<byte[]>.Builder values = ImmutableArray.CreateBuilder<byte[]>();
            foreach (DeviceBuffer output in outputs)
            {
                values.Add(bytes.AsSpan(at, output.Bytes).ToArray());
                at += Aligned(output.Bytes);
            }

            long ticks = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));
            runs.Add(new(values.ToImmutable(), ticks * Cpu.InstructionsPerTick, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 4))));
        }

        return runs.ToImmutable();
    }

    /// <summary>Inputs and outputs lie at multiples of 8 bytes, as the header's _PREDICT takes them.</summary>
    private static int Aligned(int bytes) => (bytes + 7) / 8 * 8;
}
